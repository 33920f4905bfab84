using HaConnect.Operations.Drills.Running;

namespace HaConnect.ClusterTests.Drills;

/// <summary>Commands of the user's that do not end, or leave something behind that holds their output.</summary>
public sealed class ShellCommandTests
{
    private static readonly TimeSpan s_forHangs = TimeSpan.FromSeconds(30);
    private static readonly Dictionary<string, string> s_environment = new(StringComparer.Ordinal) { ["HACONNECT_NODE"] = "n1" };

    [Fact]
    public async Task RunAsync_CommandThatDoesNotEnd_IsKilledAndTold()
    {
        var problem = await RunAsync("echo on the way to $HACONNECT_NODE; sleep 601", TimeSpan.FromSeconds(1));
        Assert.Equal("echo on the way to $HACONNECT_NODE; sleep 601 had not ended after 1 s, and was killed: on the way to n1", problem);
    }

    [Fact]
    public async Task RunAsync_ChildThatHoldsTheOutput_IsNotWaitedFor()
    {
        Assert.Null(await RunAsync("sleep 20 & exit 0", s_forHangs));
        Assert.Equal("sleep 20 & echo no such host; exit 3 ended with exit code 3: no such host", await RunAsync("sleep 20 & echo no such host; exit 3", s_forHangs));
    }

    private static Task<string?> RunAsync(string command, TimeSpan limit) =>
        ShellCommand.RunAsync(command, s_environment, limit, TimeProvider.System, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(15), TimeProvider.System, TestContext.Current.CancellationToken);
}
