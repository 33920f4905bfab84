using HaConnect.Cli;
using HaConnect.Cli.Output;
using HaConnect.Operations;

namespace HaConnect.Tests.Cli;

/// <summary>The trail of a folder, by the tool.</summary>
public sealed class AuditCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-audit-");

    [Fact]
    public async Task Audit_WholeThenEdited_IsShownExportedAndFoundOut()
    {
        using (var trail = AuditFile.Open(_folder.FullName))
        {
            for (var i = 1; i <= 3; i++)
                trail.Write(new AuditRecord(new DateTimeOffset(2026, 1, 2, 3, 4, i, TimeSpan.Zero), "main", "web-1", i, "Promoting", "n2", $"sentence {i}") { Kind = AuditKind.Act });
        }

        var whole = await RunAsync("verify");
        Assert.True(whole is { Code: ExitCodes.Ok }, whole.ToString());
        Assert.EndsWith("OK", whole.Output.Trim(), StringComparison.Ordinal);
        Assert.Equal(["2026-01-02T03:04:02.000Z web-1 term 2 act: sentence 2"], (await RunAsync("show", "--term", "2")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.Equal(3, (await RunAsync("export", "--kind", "act")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("sentence 3", (await RunAsync("export", "-o", "csv")).Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, (await RunAsync("verify", "--head", "nonsense")).Code);

        // Somebody rewrites what was done.
        var file = _folder.GetFiles().Single(f => File.ReadAllText(f.FullName).Contains("sentence 2", StringComparison.Ordinal));
        file.IsReadOnly = false;
        File.WriteAllText(file.FullName, File.ReadAllText(file.FullName).Replace("sentence 2", "sentence X", StringComparison.Ordinal));
        var edited = await RunAsync("verify");
        Assert.Equal(ExitCodes.Attention, edited.Code);
        Assert.Contains("NOT INTACT", edited.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_FolderIsNotThere_IsNamed()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(ExitCodes.Usage, await Tool.RunAsync(["audit", "show", "/no/such/folder"], Terminal.To(output, error), TestContext.Current.CancellationToken));
        Assert.Contains("/no/such/folder", error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<(int Code, string Output, string Error)> RunAsync(string verb, params string[] options)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await Tool.RunAsync(["audit", verb, _folder.FullName, .. options], Terminal.To(output, error), TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
