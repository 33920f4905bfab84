namespace HaConnect;

/// <summary>
/// How a standby connects to its primary. Every coordinator builds <c>primary_conninfo</c> from these, so that none depends on
/// the memory of another; they must agree with what the standbys use already, which is checked before coordination starts.
/// </summary>
public sealed class ReplicationOptions
{
    /// <summary>The user with the REPLICATION attribute. Required for <see cref="FailoverMode.Coordinate"/>.</summary>
    public string? Username { get; set; }

    /// <summary>
    /// Its password, where no <see cref="PassFile"/> is used. It is then stored in the servers' <c>postgresql.auto.conf</c>, and in their logs where they log statements.
    /// </summary>
    public string? Password { get; set; }

    /// <summary>A password file on the database servers (libpq's <c>passfile</c>), the same path on all of them.</summary>
    public string? PassFile { get; set; }

    /// <summary>libpq's <c>sslmode</c>, for instance <c>verify-full</c>. Default: libpq's own.</summary>
    public string? SslMode { get; set; }

    /// <summary>
    /// Whether the coordinator keeps a physical replication slot for each data node on every other one, so that whoever is promoted still has
    /// the WAL that its followers lack. Each is advanced every ten seconds to what its node has flushed. It bears the name of the node's
    /// <c>primary_slot_name</c>, or, where that is empty, one of its own, <c>haconnect_</c> and the node's name; those that are not needed any
    /// more are dropped. Only where <c>max_slot_wal_keep_size</c> bounds what a slot may keep; the control user needs the REPLICATION attribute
    /// (docs/operations/slots.md). Default false.
    /// </summary>
    public bool KeepSlots { get; set; }
}
