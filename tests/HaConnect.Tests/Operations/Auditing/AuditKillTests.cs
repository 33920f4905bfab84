using System.Diagnostics;

namespace HaConnect.Tests.Operations.Auditing;

/// <summary>Forty of the two hundred kills that <c>bash eng/audit-kills.sh</c> makes.</summary>
public sealed class AuditKillTests
{
    [Fact]
    public async Task Writer_KilledAtARandomInstant_NothingThatWasWrittenIsLost()
    {
        // Built beside the tests, in the same configuration.
        var folder = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Replace("HaConnect.Tests", "HaConnect.TestApplication", StringComparison.Ordinal);
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(folder, "HaConnect.TestApplication.dll"), "audit-kills", "40", $"{Random.Shared.Next(100_000)}"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var told = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine(told);
        Assert.True(process.ExitCode == 0, told);
    }
}
