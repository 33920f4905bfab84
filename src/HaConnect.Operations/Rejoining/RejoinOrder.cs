using Npgsql;

namespace HaConnect.Operations.Rejoining;

/// <summary>A rejoin with all that it needs to know, checked.</summary>
internal sealed record RejoinOrder
{
    internal required string Node { get; init; }

    internal required string DataDirectory { get; init; }

    /// <summary>Where this node itself is reached once it runs.</summary>
    internal required NodeAddress Self { get; init; }

    internal required IReadOnlyList<NodeAddress> Others { get; init; }

    /// <summary>User, password and database for SQL at any node, and for pg_rewind.</summary>
    internal required NpgsqlConnectionStringBuilder Sql { get; init; }

    internal required string ReplicationUsername { get; init; }

    internal string? ReplicationPassword { get; init; }

    /// <summary>libpq's passfile, for the programs.</summary>
    internal string? PassFile { get; init; }

    /// <summary>libpq's sslmode, for the programs.</summary>
    internal string? SslMode { get; init; }

    /// <summary>The server's configuration file, where that is not in its data folder.</summary>
    internal string? ConfigFile { get; init; }

    /// <summary>The <c>primary_conninfo</c> of this node behind a primary of that name.</summary>
    internal required Func<string, string> Conninfo { get; init; }

    /// <summary>For a node that is new: its own files, by their names, which take the place of those that come from the primary. Null where it is brought back.</summary>
    internal IReadOnlyDictionary<string, byte[]>? OwnFilesOfNewNode { get; init; }

    internal string? DiscardAckedWritesOf { get; init; }

    internal required TimeSpan StreamTimeout { get; init; }

    /// <summary>Whether pg_rewind and pg_basebackup wait until everything is on the disk; tests do not.</summary>
    internal bool Syncs { get; init; } = true;

    internal IProgress<string>? Progress { get; init; }
}
