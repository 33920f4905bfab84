namespace HaConnect.Operations;

/// <summary>Which roles, under which names, for what. A name that is null is a role that is not made. Each is 1 to 63 bytes of UTF-8 without control characters.</summary>
public sealed class InitRolesOptions
{
    /// <summary>The application's role: Username of <see cref="HaDatabaseOptions.ConnectionString"/>. Default <c>app</c>.</summary>
    public string? Application { get; set; } = "app";

    /// <summary>The observer: <see cref="FailoverOptions.ControlUsername"/> of instances that only observe. Default <c>haobserver</c>.</summary>
    public string? Observer { get; set; } = "haobserver";

    /// <summary>The control user: <see cref="FailoverOptions.ControlUsername"/> of instances that coordinate. Default <c>hacontrol</c>.</summary>
    public string? Control { get; set; } = "hacontrol";

    /// <summary>A role that reads all data, to compare servers, and writes nothing. Default <c>haverifier</c>.</summary>
    public string? Verifier { get; set; } = "haverifier";

    /// <summary>The role by which standbys connect: <see cref="ReplicationOptions.Username"/>. Default null, since a cluster with standbys has one.</summary>
    public string? Replication { get; set; }

    /// <summary>The databases of the application. Default <c>app</c>, where none is added.</summary>
    public IList<string> Databases { get; } = [];

    /// <summary><see cref="FailoverOptions.ControlDatabase"/>. Default <c>postgres</c>.</summary>
    public string ControlDatabase { get; set; } = "postgres";

    /// <summary>The major version of the servers, 13 or higher. Default 15, which holds for all later ones. <see cref="InitRoles.ApplyAsync"/> takes that of the server.</summary>
    public int PostgresVersion { get; set; } = 15;

    /// <summary>Whether <see cref="ReplicationOptions.KeepSlots"/> is set: the control user then has the REPLICATION attribute. Default false.</summary>
    public bool KeepsSlots { get; set; }

    /// <summary>Whether the diagnosis may read pg_hba.conf, which can hold a password of LDAP. Default false.</summary>
    public bool ReadsHbaRules { get; set; }

    /// <summary>Whether to make the copy of the audit trail on the cluster, for adding only (docs/operations/audit.md). Default false.</summary>
    public bool HasAuditTable { get; set; }

    /// <summary>Whether to make the table of CommitGuarantee.Resolved in <see cref="Databases"/>; an application that owns its database makes it itself. Default false.</summary>
    public bool HasCommitTokens { get; set; }

    /// <summary>
    /// The schemas of <see cref="Databases"/> whose tables <see cref="Verifier"/> reads. Default none: all data, of PostgreSQL's catalogs too (<c>pg_read_all_data</c>);
    /// before PostgreSQL 14, which has no such role, <c>public</c>.
    /// </summary>
    public IList<string> VerifiedSchemas { get; } = [];

    /// <summary>
    /// The name or the address (<c>host:port</c>) of a witness, a server of its own which only needs the control user, and little of that. Default null: the cluster.
    /// </summary>
    public string? Witness { get; set; }

    /// <summary>With whose rights <see cref="InitRoles.ApplyAsync"/> does it: a superuser's. Default null: the user of <see cref="HaDatabaseOptions.ConnectionString"/>.</summary>
    public string? Username { get; set; }

    /// <summary>A file with the password of <see cref="Username"/>, in the form of <c>~/.pgpass</c>. Default null: PGPASSWORD, PGPASSFILE, <c>~/.pgpass</c>.</summary>
    public string? PassFile { get; set; }

    /// <summary>
    /// The password for a role that has to be made, by its name; null for none, with which nobody can log in by password. Only a verifier of SCRAM-SHA-256 goes
    /// to the server. Not asked about a role that is there already. Default null: none gets one.
    /// </summary>
    public Func<string, string?>? PasswordOf { get; set; }

    /// <summary>How long a server may take to answer before it counts as away.</summary>
    internal TimeSpan LookTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
