using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using HaConnect.Failover;
using NpgsqlTypes;

namespace HaConnect.Probing;

/// <summary>Reads the row of <see cref="ProbeSql"/>, column by column in its order.</summary>
internal static class ProbeRow
{
    /// <summary>The row of <see cref="ProbeSql.Capabilities"/>.</summary>
    internal static ProbeCapabilities ReadCapabilities(DbDataReader row) =>
        new(SeesRegister: row.GetBoolean(0), SeesStatistics: row.GetBoolean(1), SeesTerms: Sees(row, 3, "term"), CountsSessions: row.GetBoolean(2), SeesPauses: Sees(row, 3, "pause"));

    internal static ServerState Read(DbDataReader row, ProbeCapabilities can)
    {
        var inRecovery = row.GetBoolean(0);
        return new ServerState
        {
            InRecovery = inRecovery,
            SystemIdentifier = ulong.Parse(row.GetString(1), CultureInfo.InvariantCulture),
            StartTime = row.GetDateTime(2),
            VersionNumber = row.GetInt32(3),
            Timeline = inRecovery ? Newer(Int(row, 4), Int(row, 23)) : Int(row, 4),
            InsertLsn = Lsn(row, 5),
            ReceiveLsn = Lsn(row, 6),
            ReplayLsn = Lsn(row, 7),
            BlockSize = (uint)row.GetInt32(8),
            SegmentSize = (ulong)row.GetInt64(9),
            HasReceiver = row.GetBoolean(10),
            ReceiverStatus = Text(row, 11),
            Upstream = Text(row, 12) is { } host && Int(row, 13) is { } port ? Options.ConfiguredNode.NameOf(host, port) : null,
            LastMessageAge = row.IsDBNull(14) ? null : TimeSpan.FromSeconds(row.GetDouble(14)),
            WalReceiverTimeout = TimeSpan.FromSeconds(row.GetDouble(15)),
            SynchronousStandbyNames = row.GetString(16),
            Senders = Senders(Text(row, 17)),
            Register = Register.Parse(Text(row, 18)),
            SeesRegister = can.SeesRegister,
            LoadedRegister = Register.Parse(Text(row, 27)),
            EstablishedTerm = Term(Text(row, 19)),
            NewestTerm = Term(Text(row, 20)),
            SeesTerms = Sees(row, 21, "term"),
            SeesPauses = Sees(row, 21, "pause"),
            Maintained = Text(row, 28)?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [],
            IsPaused = Text(row, 28) is { } paused && (paused.Length == 0 || paused[0] == ','), // no name, which comes first, stands for the cluster
            CoordinatorLockHeld = row.GetBoolean(22),
            Crowd = new ProbeCrowd(row.GetInt32(24), row.GetInt32(25), row.IsDBNull(26) ? null : row.GetInt64(26)),
            SeesStatistics = can.SeesStatistics,
        };
    }

    private static IReadOnlyList<SenderState> Senders(string? json)
    {
        if (json is null)
            return [];
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(s => new SenderState(
            s[0].GetString() ?? "", s[1].GetString(), s[2].GetString(), s[3].GetString(), s[4].GetString() is { } lsn ? (ulong)NpgsqlLogSequenceNumber.Parse(lsn) : null))];
    }

    private static TermRow? Term(string? json)
    {
        if (json is null)
            return null;
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new TermRow(root.GetProperty("term").GetInt64(), root.GetProperty("primary_node").GetString()!,
            [.. root.GetProperty("synchronous_standbys").EnumerateArray().Select(n => n.GetString()!)],
            root.GetProperty("required").GetInt32(), root.GetProperty("established").GetBoolean());
    }

    private static bool Sees(DbDataReader row, int column, string table) => Text(row, column)?.Split(' ').Contains(table, StringComparer.Ordinal) == true;

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static int? Int(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    private static ulong? Lsn(DbDataReader row, int column) => row.IsDBNull(column) ? null : (ulong)row.GetFieldValue<NpgsqlLogSequenceNumber>(column);

    private static int? Newer(int? a, int? b) => a is null ? b : b is null ? a : Math.Max(a.Value, b.Value);
}
