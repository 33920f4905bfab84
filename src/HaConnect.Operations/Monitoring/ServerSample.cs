using System.Data.Common;

namespace HaConnect.Operations.Monitoring;

/// <summary>The figures of one server at one moment. Null for what it does not have, or the user may not see.</summary>
internal sealed record ServerSample(string Node)
{
    /// <summary>Whether its last attempt to archive a file of WAL failed; null where it is not to archive.</summary>
    internal bool? ArchiveFails { get; init; }

    /// <summary>Since it last archived a file; null where it never has.</summary>
    internal double? ArchiveAge { get; init; }

    internal long Connections { get; init; }

    internal long MaxConnections { get; init; }

    /// <summary>Seconds of the oldest transaction of a client; zero where there is none.</summary>
    internal double? TransactionAge { get; init; }

    /// <summary>By slot, the bytes of WAL from where it stands to the end.</summary>
    internal IReadOnlyList<(string Slot, double Bytes)> Slots { get; init; } = [];

    /// <summary>By database, its size in bytes.</summary>
    internal IReadOnlyList<(string Database, long Bytes)> Databases { get; init; } = [];

    internal static ServerSample From(string node, DbDataReader row)
    {
        var archives = row.GetBoolean(0);
        return new ServerSample(node)
        {
            ArchiveFails = archives ? row.GetBoolean(1) : null,
            ArchiveAge = archives && !row.IsDBNull(2) ? row.GetDouble(2) : null,
            Connections = row.GetInt64(3),
            MaxConnections = row.GetInt64(4),
            TransactionAge = row.IsDBNull(5) ? null : row.GetDouble(5),
            Slots = [.. row.GetFieldValue<string[]>(6).Zip(row.GetFieldValue<double[]>(7))],
            Databases = row.IsDBNull(8) ? [] : [.. row.GetFieldValue<string[]>(8).Zip(row.GetFieldValue<long[]>(9))],
        };
    }
}
