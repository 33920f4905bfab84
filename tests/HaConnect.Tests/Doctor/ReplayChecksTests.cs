using HaConnect.Doctor;

namespace HaConnect.Tests.Doctor;

public sealed class ReplayChecksTests
{
    private const long Much = 64 * 1024 * 1024;

    [Theory]
    [InlineData("IO DataFileRead", "recovery_prefetch")]
    [InlineData("Timeout RecoveryApplyDelay", "recovery_min_apply_delay = 0")]
    [InlineData(null, "replay is one process")]
    public void Find_ReplayBehind_SaysWhatToTune(string? wait, string remedy) =>
        Assert.Contains(remedy, Healthy.Cluster().WithState("a", s => s with { NotReplayed = Much, ReplayWaitsFor = wait }).Only(FindingSeverity.Warning, "a", "67,108,864 bytes").Remedy, StringComparison.Ordinal);

    [Theory]
    [InlineData("Lock relation", 6, 100, "replay-held-up")]
    [InlineData("IPC RecoveryConflictSnapshot", 6, 100, "replay-held-up")]
    [InlineData("Lock relation", 4, 100, null)] // that comes and goes
    [InlineData("Lock relation", 6, 0, null)] // with nothing to replay
    [InlineData("Activity RecoveryWalStream", 600, 100, null)] // an idle cluster
    public void Find_ReplayThatWaitsForQueries_IsToldWhenItStandsStill(string wait, int seconds, long bytes, string? code)
    {
        var findings = Healthy.Problems(Healthy.Cluster().WithState("a", s => s with { NotReplayed = bytes, ReplayWaitsFor = wait, ReplayedAgo = TimeSpan.FromSeconds(seconds) }));
        Assert.Equal(code is null ? [] : [code], findings.Select(f => f.Code));
    }

    [Fact]
    public void Find_Paused_IsToldOnceAndResumedThere() =>
        Assert.Equal(("SELECT pg_wal_replay_resume();", "a"), Healthy.Cluster().WithState("a", s => s with { IsReplayPaused = true, NotReplayed = Much }).Only(FindingSeverity.Warning, "a", "replay is paused on a") is var f ? (f.Sql, f.RunAt) : default);

    [Fact]
    public void Find_OtherConflicts_AreGoodToKnow() => Assert.Equal(FindingCodes.RecoveryConflicts, Assert.Single(Diagnosis.Of(Healthy.Cluster().WithState("a", s => s with { OtherConflicts = 2 }))).Code);
}
