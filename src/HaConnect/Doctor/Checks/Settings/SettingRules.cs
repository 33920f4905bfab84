namespace HaConnect.Doctor;

/// <summary>
/// The settings that are judged by their value alone. Each reason is from the manual's chapter "Server Configuration", under the setting, unless it is
/// said otherwise. Values are in the units of pg_settings: milliseconds or seconds as PostgreSQL keeps them.
/// </summary>
internal static class SettingRules
{
    private const int Minute = 60_000;

    internal static readonly IReadOnlyList<SettingRule> All =
    [
        new(FindingCodes.WalLevel, "wal_level", (s, _) => s.Value == "minimal", "no standby can be made or stream from it", "replica") { NeedsRestart = true },
        new(FindingCodes.WalSenderTimeout, "wal_sender_timeout", (s, _) => s.Number is 0 or > 5 * Minute, "a standby that has vanished without a word goes on counting as connected, and holds its slot", "'1min'"),
        new(FindingCodes.StandbyDelay, "max_standby_streaming_delay", (s, _) => s.Number is < 0 or > 10 * Minute, "one long query can keep replay waiting: the replica grows stale, and a promotion waits for the same query", "'30s'"),
        new(FindingCodes.StandbyDelay, "max_standby_archive_delay", (s, _) => s.Number is < 0 or > 10 * Minute, "WAL that was received before a restart or promotion waits for one long query as long", "'30s'"),
        new(FindingCodes.ReplayDelayed, "recovery_min_apply_delay", (s, server) => server.InRecovery && s.Number > 0, "it serves no fresh reads, acks no commit of synchronous_commit = remote_apply in time, and a failover to it has all of that to replay", "0"),
        new(FindingCodes.ReceiverStatus, "wal_receiver_status_interval", (s, _) => s.Number is 0 or > 60, "its primary does not hear what it has flushed: synchronous commits wait, slots keep WAL, and hot_standby_feedback is not sent", "'10s'"),
        new(FindingCodes.RetryInterval, "wal_retrieve_retry_interval", (s, _) => s.Number > Minute, "it waits that long before it connects again, after every loss of its stream and every failover", "'5s'"),
        new(FindingCodes.CheckpointTimeout, "checkpoint_timeout", (s, _) => s.Number < 60, "every page is written whole into the WAL after each checkpoint: standbys and the network get several times as much", "'5min'"),
        new(FindingCodes.CheckpointTimeout, "checkpoint_timeout", (s, _) => s.Number > 3600, "after a crash it replays as much WAL before it answers, and so does a standby after a restart", "'5min'"),
        new(FindingCodes.Autovacuum, "autovacuum", (s, _) => !s.IsOn, "tables grow, and in the end PostgreSQL takes no writes lest its transaction ids run out", "on"),
        new(FindingCodes.Autovacuum, "track_counts", (s, _) => !s.IsOn, "autovacuum works by these counts, and does nothing without", "on"),
        new(FindingCodes.PasswordEncryption, "password_encryption", (s, _) => s.Value == "md5", "passwords that are set from now on are stored as MD5 hashes, each of which is as good as the password to whoever has it", "'scram-sha-256'"),
        new(FindingCodes.DamageHidden, "zero_damaged_pages", (s, _) => s.IsOn, "a damaged page is emptied instead of reported: what was on it is gone, on this node alone", "off"),
        new(FindingCodes.DamageHidden, "ignore_checksum_failure", (s, _) => s.IsOn, "damage that checksums have found is read as if nothing were wrong, and copied on", "off"),
        new(FindingCodes.DataSyncRetry, "data_sync_retry", (s, _) => s.IsOn, "after a failed fsync it goes on, although the system may have thrown the data away (manual, \"Error Handling\")", "off") { NeedsRestart = true },
        new(FindingCodes.RecoveryTarget, "recovery_target_timeline", (s, _) => s.Value != "latest", "as a standby it cannot follow a newly promoted primary to its timeline", "'latest'") { NeedsRestart = true },
        new(FindingCodes.NoReservedConnections, "superuser_reserved_connections", (s, _) => s.Number == 0, "when applications have used up the connections nobody can log in to mend it", "3") { NeedsRestart = true },
        new(FindingCodes.IdleSessionTimeout, "idle_session_timeout", (s, _) => s.Number > 0, "idle connections in the applications' pools are ended under their hands, and so are those of other middleware", "0"),
    ];
}
