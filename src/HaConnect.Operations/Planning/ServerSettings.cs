using System.Globalization;
using HaConnect.Options;

namespace HaConnect.Operations.Planning;

/// <summary>
/// The settings of each server: what the doctor judges, at values of which it finds nothing to say. Any node may become the primary, so that all have the same.
/// What coordinators set by themselves (synchronous_standby_names, primary_conninfo) is not among them. Pure.
/// </summary>
internal static class ServerSettings
{
    internal static IReadOnlyList<PlannedSetting> Of(PlanDescription plan, PlannedNode node) =>
        [.. Own(plan, node), .. plan.Nodes.Contains(node) ? Data(plan) : []];

    private static IEnumerable<PlannedSetting> Own(PlanDescription plan, PlannedNode node)
    {
        yield return new("cluster_name", node.Name, "is seen in the list of processes");
        yield return new("port", Text(node.Port), "as applications have it");
        yield return new("listen_addresses", HostList.IsLocal(node.Host) ? node.Host.Trim('[', ']') : "*", "whom it lets in is in pg_hba.conf");
        yield return new("unix_socket_directories", plan.InDirectory(node.Name), "a folder that the server's user owns");
        yield return new("max_connections", Text(plan.MaxConnections), "the same everywhere: a standby with less than its primary stops");
        yield return new("superuser_reserved_connections", "3", "somebody can log in when applications have used up the others");
        yield return new("idle_session_timeout", "0", "connections in pools are not ended under their hands");
        yield return new("password_encryption", "scram-sha-256", "a stolen hash is no password");
        if (plan.UsesTls)
        {
            yield return new("ssl", "on", "what goes over a network is encrypted");
            yield return new("ssl_cert_file", plan.InDirectory($"{node.Name}/server.crt"), "this server's certificate, for the name or address under which it is reached");
            yield return new("ssl_key_file", plan.InDirectory($"{node.Name}/server.key"), "its key");
        }
    }

    private static PlannedSetting[] Data(PlanDescription plan)
    {
        var others = plan.Nodes.Count - 1;
        return
        [
            new("wal_level", "replica", "standbys stream"),
            new("max_wal_senders", Text(Math.Max(10, (others * 2) + 2)), "each standby, twice for a moment when it reconnects, and base backups"),
            new("max_replication_slots", Text(Math.Max(10, others + 4)), "one for each other node, and some to spare"),
            new("wal_keep_size", "1GB", "a standby that has missed up to so much needs no rebuilding"),
            new("max_slot_wal_keep_size", "16GB", "a slot for a standby that never comes back does not fill the disk"),
            new("hot_standby", "on", "standbys take part in a failover, and serve reads"),
            new("hot_standby_feedback", "on", "queries on replicas are not cancelled for rows that the primary has removed"),
            new("wal_log_hints", "on", "pg_rewind can bring an old primary back"),
            new("fsync", "on", "an ack proves that a standby has it"),
            new("full_page_writes", "on", "likewise"),
            new("synchronous_commit", "on", "likewise"),
            new("wal_sender_timeout", "1min", "a standby that has vanished is noticed"),
            new("wal_receiver_timeout", "2s", "a primary that has frozen is noticed; more than 10 s is refused"),
            new("wal_receiver_status_interval", "10s", "the primary hears what was flushed"),
            new("wal_retrieve_retry_interval", "5s", "a standby connects again soon"),
            new("recovery_target_timeline", "latest", "a standby follows whoever is promoted"),
            new("max_standby_streaming_delay", "30s", "one long query does not keep replay and a promotion waiting"),
            new("max_standby_archive_delay", "30s", "likewise"),
            new("max_worker_processes", "8", "the same everywhere, as max_connections"),
            new("max_prepared_transactions", "0", "likewise"),
            new("max_locks_per_transaction", "64", "likewise"),
            new("checkpoint_timeout", "5min", "neither much WAL nor a long recovery"),
            new("autovacuum", "on", "tables do not grow without end"),
            new("track_counts", "on", "autovacuum works by them"),
        ];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
