using HaConnect.Cli;
using HaConnect.Cli.Seeing;

namespace HaConnect.Tests.Cli;

public sealed class RunbookCommandTests
{
    /// <summary>In other modes the same setting is the user of an observer, who may not promote.</summary>
    [Theory]
    [InlineData(FailoverMode.Coordinate, "hacontrol", null, "hacontrol")]
    [InlineData(FailoverMode.Coordinate, "hacontrol", "postgres", "postgres")]
    [InlineData(FailoverMode.Observe, "haobserver", "postgres", "postgres")]
    [InlineData(FailoverMode.Observe, "haobserver", null, null)]
    [InlineData(FailoverMode.Coordinate, null, null, null)]
    public void UserOf_IsGivenOrTheControlUserOfACoordinator(FailoverMode mode, string? configured, string? given, string? expected)
    {
        var options = new HaDatabaseOptions { Failover = { Mode = mode, ControlUsername = configured } };
        if (expected is not null)
            Assert.Equal(expected, RunbookCommand.UserOf(given, options));
        else
            Assert.Contains("--username is not given", Assert.Throws<UsageException>(() => RunbookCommand.UserOf(given, options)).Message, StringComparison.Ordinal);
    }
}
