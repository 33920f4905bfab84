using HaConnect.Operations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HaConnect.Tests.Operations.Auditing;

public sealed class HaAuditBuilderTests
{
    [Fact]
    public async Task AddAuditFile_ForTwoClusters_IsOneSinkThatTheDataSourcesTell()
    {
        using var trail = new GivenTrail();
        var services = new ServiceCollection();
        services.AddHaDatabase("Host=a,b;Username=u").AddAuditFile(trail.Folder);
        services.AddKeyedHaDatabase("other", "Host=c;Username=u").AddAuditFile(trail.Folder);
        await using (var provider = services.BuildServiceProvider())
        {
            var sink = Assert.IsType<AuditFile>(Assert.Single(provider.GetServices<IAuditSink>()));
            await Assert.ThrowsAsync<InvalidOperationException>(() => provider.GetRequiredService<HaDataSource>().Cluster.PauseFailoverAsync("work", TestContext.Current.CancellationToken)); // it only observes
            Assert.Equal(trail.Folder, sink.Folder);
        }

        Assert.Equal([AuditKind.Command, AuditKind.Refusal], AuditReader.ReadFolder(trail.Folder).Select(e => e.Record.Kind));
        Assert.True(trail.Verify().IsIntact);
    }

    [Fact]
    public async Task AddAuditTable_WithoutAFile_SaysWhatToCall()
    {
        var services = new ServiceCollection();
        services.AddHaDatabase("Host=a,b;Username=u").AddAuditTable();
        await using var provider = services.BuildServiceProvider();
        var copies = provider.GetServices<IHostedService>().Last();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => copies.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("Call AddAuditFile(folder) before it.", error.Message, StringComparison.Ordinal);
    }
}
