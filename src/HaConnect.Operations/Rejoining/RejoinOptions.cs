namespace HaConnect.Operations;

/// <summary>Which node is brought back, and with what.</summary>
public sealed class RejoinOptions
{
    /// <summary>The node's name, as in <see cref="HaDatabaseOptions.Nodes"/>. Required.</summary>
    public string Node { get; set; } = "";

    /// <summary>Its data folder on this host. Required. Where it is missing or empty a base backup is taken.</summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>
    /// A superuser of the primary, or whoever may run what pg_rewind does (PostgreSQL's manual, pg_rewind, "Notes") and read its files
    /// (<c>pg_read_server_files</c>). Required.
    /// </summary>
    public string Username { get; set; } = "";

    /// <summary>Its password; null where none is needed, or it is in <see cref="ReplicationOptions.PassFile"/>.</summary>
    public string? Password { get; set; }

    /// <summary>
    /// The node's name once more, where transactions that only it holds may be given up although they may have been acked: with asynchronous
    /// replication, or where it may have been promoted in a term that was never established. Default null: it is refused then.
    /// </summary>
    public string? DiscardAckedWritesOf { get; set; }

    /// <summary>
    /// The full path of the server's <c>postgresql.conf</c>, where that is outside the data folder, as Debian has it. pg_rewind needs it for a server
    /// that was killed (from PostgreSQL 15 on; before, a base backup is taken), and so does <c>pg_ctl</c>. Default: what the server was last started with.
    /// </summary>
    public string? ConfigFile { get; set; }

    /// <summary>Where pg_rewind, pg_basebackup, pg_controldata and pg_ctl are. Default: found by <c>PATH</c>.</summary>
    public string? ProgramDirectory { get; set; }

    /// <summary>A command that starts the server, for instance <c>systemctl start postgresql@15-main</c>. Default: <c>pg_ctl start</c>.</summary>
    public IReadOnlyList<string>? StartCommand { get; set; }

    /// <summary>A command that stops the server and returns when it has stopped. Default: <c>pg_ctl stop</c>, fast, then immediate.</summary>
    public IReadOnlyList<string>? StopCommand { get; set; }

    /// <summary>How long the node may take from its start until it streams on the primary's timeline. Default 60 s; 1 s to 1 h.</summary>
    public TimeSpan StreamTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Is told of each step, as a sentence; null for nobody.</summary>
    public IProgress<string>? Progress { get; set; }
}
