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
    /// Its password, where no <see cref="PassFile"/> is used. It is then stored in the servers' <c>postgresql.auto.conf</c>.
    /// </summary>
    public string? Password { get; set; }

    /// <summary>A password file on the database servers (libpq's <c>passfile</c>), the same path on all of them.</summary>
    public string? PassFile { get; set; }

    /// <summary>libpq's <c>sslmode</c>, for instance <c>verify-full</c>. Default: libpq's own.</summary>
    public string? SslMode { get; set; }
}
