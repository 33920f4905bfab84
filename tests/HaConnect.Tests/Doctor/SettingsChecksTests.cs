using HaConnect.Doctor;

namespace HaConnect.Tests.Doctor;

public sealed class SettingsChecksTests
{
    [Theory]
    [InlineData("wal_sender_timeout", "300000", "ms", null)]
    [InlineData("wal_sender_timeout", "300001", "ms", "wal-sender-timeout")]
    [InlineData("wal_sender_timeout", "0", "ms", "wal-sender-timeout")]
    [InlineData("checkpoint_timeout", "60", "s", null)]
    [InlineData("checkpoint_timeout", "59", "s", "checkpoint-timeout")]
    [InlineData("checkpoint_timeout", "3600", "s", null)]
    [InlineData("checkpoint_timeout", "3601", "s", "checkpoint-timeout")]
    [InlineData("max_standby_streaming_delay", "0", "ms", null)]
    [InlineData("max_standby_streaming_delay", "-1", "ms", "standby-delay")]
    [InlineData("wal_receiver_status_interval", "60", "s", null)]
    [InlineData("wal_receiver_status_interval", "61", "s", "receiver-status")]
    [InlineData("wal_retrieve_retry_interval", "60000", "ms", null)]
    [InlineData("wal_level", "logical", "", null)]
    [InlineData("wal_level", "minimal", "", "wal-level")]
    [InlineData("password_encryption", "scram-sha-256", "", null)]
    [InlineData("recovery_target_timeline", "3", "", "recovery-target")]
    public void Find_Value_IsJudged(string name, string value, string unit, string? code) =>
        Assert.Equal(code is null ? [] : [(code, "a", "a")], Healthy.Problems(Healthy.Cluster().WithSetting("a", name, value, unit)).Select(f => (f.Code, f.Node!, f.RunAt!)));

    [Theory]
    [InlineData("a", true)]
    [InlineData("p", false)] // it will matter when it is a standby, and is zeroed by whoever makes it one
    public void Find_ReplayDelay_MattersOnAStandby(string node, bool told) => Assert.Equal(told, Healthy.Problems(Healthy.Cluster().WithSetting(node, "recovery_min_apply_delay", "1000", "ms")).Count == 1);

    [Fact]
    public void Find_ValueOfTheDoctorsOwnRole_IsNotTheServers() => Assert.Empty(Healthy.Problems(Healthy.Cluster().WithSetting("a", "idle_session_timeout", "1000", "ms", source: "user")));

    [Fact]
    public void Find_ValueOfTheCommandLine_IsNotForAlterSystem() => Assert.Null(Healthy.Cluster().WithSetting("a", "autovacuum", "off", source: "command line").Only(FindingSeverity.Warning, "a", "a has autovacuum = off").Sql);

    [Theory]
    [InlineData("off", 3, true)]
    [InlineData("on", 3, false)]
    [InlineData("off", 0, false)]
    public void Find_CancelledQueries_WantFeedback(string feedback, long conflicts, bool told)
    {
        var findings = Healthy.Problems(Healthy.Cluster().WithSetting("a", "hot_standby_feedback", feedback).WithState("a", s => s with { SnapshotConflicts = conflicts }));
        Assert.Equal(told ? ["ALTER SYSTEM SET hot_standby_feedback = on;\nSELECT pg_reload_conf();"] : [], findings.Select(f => f.Sql));
    }

    [Fact]
    public void Find_NothingDeclaredAndNoChecksums_IsInformation()
    {
        var seen = Healthy.Cluster().WithSetting("a", "data_checksums", "off");
        Assert.Equal([FindingCodes.NoChecksums], Diagnosis.Of(seen).Select(f => f.Code));
        seen = seen with { Options = seen.Options with { EncryptedAtRest = false } };
        Assert.Equal([FindingCodes.NoChecksums, FindingCodes.EncryptionAtRest], Diagnosis.Of(seen).Select(f => f.Code));
        Assert.Empty(Healthy.Problems(seen));
    }

    [Fact]
    public void Find_ErrorInAFileThatAlterSystemWrites_IsTakenBackThere()
    {
        var seen = Healthy.Cluster().With("a", n => n with { Settings = new SettingsReading { Files = [new("work_mem", "/d/postgresql.auto.conf", 3, "setting could not be applied", null)] } });
        Assert.Equal("ALTER SYSTEM RESET \"work_mem\";\nSELECT pg_reload_conf();", seen.Only(FindingSeverity.Warning, "a", "line 3 of /d/postgresql.auto.conf").Sql);
        seen = seen.With("a", n => n with { Settings = new SettingsReading { Files = [new("work_mem", "/d/postgresql.conf", 3, "setting could not be applied", null)] } });
        Assert.Null(seen.Only(FindingSeverity.Warning, "a").Sql);
    }
}
