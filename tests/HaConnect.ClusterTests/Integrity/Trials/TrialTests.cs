using System.Globalization;
using HaConnect.Operations;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Integrity.Trials;

/// <summary>
/// Random changes, one at a time: a changed byte, a missing, an extra, a swapped row, in tables with and without a key; and every twentieth in the file of a standby, as a disk does it. Just that row has to be told,
/// and nothing else. Few here; a thousand by <c>eng/verify-trials.sh</c>.
/// </summary>
public sealed class TrialTests : IntegrityTest
{
    private const int EachInAFile = 20;
    private const int Marks = 500;

    [Fact]
    public async Task Run_RandomChange_IsFoundAndNothingElseIs()
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        var random = new Random(TrialResults.SeedOf);
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        await ExecuteAsync(cluster, "n1", "app", "CREATE DATABASE a TEMPLATE template0", "CREATE DATABASE b TEMPLATE template0", "CREATE TABLE marks (id int PRIMARY KEY, mark text NOT NULL)", $"INSERT INTO marks SELECT i, 'mark-' || md5(i::text) FROM generate_series(1, {Marks}) i");
        foreach (var database in (string[])["a", "b"])
        {
            foreach (var table in TrialTable.All)
                await ExecuteAsync(cluster, "n1", database, table.Create, $"INSERT INTO {table.Name} ({TrialTable.Names}) {TrialTable.Fill} FROM generate_series(1, {table.Rows}) i");
            await ExecuteAsync(cluster, "n1", database, "ANALYZE");
        }

        List<Trial> trials = [];
        await using var right = new NpgsqlConnection(Connection(cluster, "n1", "b") + ";Pooling=false");
        await right.OpenAsync(Cancelled);
        for (var i = 1; i <= TrialResults.Trials; i++)
            trials.Add(i % EachInAFile == 0 ? await InTheFileAsync(cluster, random) : await InTheTableAsync(cluster, right, random));
        TrialResults.Save(trials, TimeProvider.System.GetElapsedTime(startedAt));
        Assert.All(trials, t => Assert.True(t.IsFound, $"{t.Kind} of {t.Table}: {t.What}; told was: {t.Told}"));
        foreach (var table in TrialTable.All)
            Assert.True((await VerifyAsync(Side(cluster, "n1", "a"), Side(cluster, "n1", "b"), Still(table.Name))).IsEqual, $"{table.Name} was not put back: the trials show little");
    }

    /// <summary>Of two databases: what is changed is put back.</summary>
    private static async Task<Trial> InTheTableAsync(PostgresCluster cluster, NpgsqlConnection right, Random random)
    {
        var table = TrialTable.All[random.Next(TrialTable.All.Length)];
        var (one, other) = (random.Next(1, table.Rows + 1), random.Next(1, table.Rows));
        if (other >= one)
            other++;
        var row = string.Create(CultureInfo.InvariantCulture, $"n = {one}");
        var kind = random.Next(4);
        var (column, becomes) = table.Mutable[random.Next(table.Mutable.Count)];
        var (name, change, rows) = kind switch
        {
            0 => ($"a byte of {column}", $"UPDATE {table.Name} SET {column} = {string.Format(CultureInfo.InvariantCulture, becomes, random.Next(1000))} WHERE {row}", table.HasKey ? 1 : 2),
            1 => ("missing", $"DELETE FROM {table.Name} WHERE {row}", 1),
            2 => ("extra", string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {table.Name} ({TrialTable.Names}) SELECT {(random.Next(2) == 0 ? "-" : "1000000 + ")}n{TrialTable.Names[1..]} FROM {table.Name} WHERE {row}"), 1),
            _ => ("swapped", string.Create(CultureInfo.InvariantCulture, $"UPDATE {table.Name} t SET note = o.note, bytes = o.bytes FROM {table.Name} o WHERE t.n IN ({one}, {other}) AND o.n = {one + other} - t.n"), table.HasKey ? 2 : 4),
        };
        await using var transaction = await right.BeginTransactionAsync(Cancelled);
        await RunAsync(right, $"CREATE TEMP TABLE IF NOT EXISTS before AS SELECT {TrialTable.Names} FROM {table.Name} LIMIT 0; TRUNCATE before; INSERT INTO before SELECT {TrialTable.Names} FROM {table.Name}");
        await RunAsync(right, change);
        await transaction.CommitAsync(Cancelled);
        var report = await Verification.RunAsync(Side(cluster, "n1", "a"), Side(cluster, "n1", "b"), Still(table.Name), Cancelled);
        await RunAsync(right, $"DELETE FROM {table.Name} WHERE n IN (SELECT n FROM (SELECT {TrialTable.Names} FROM {table.Name} EXCEPT SELECT {TrialTable.Names} FROM before) d); INSERT INTO {table.Name} ({TrialTable.Names}) SELECT {TrialTable.Names} FROM before b WHERE NOT EXISTS (SELECT FROM {table.Name} t WHERE t.n = b.n)");
        return new Trial(name, table.Name, change, IsFound(report, rows, kind, table.HasKey), Told(report));
    }

    /// <summary>At the standby: what is changed is put back by the next trial, and at the end with the cluster.</summary>
    private static async Task<Trial> InTheFileAsync(PostgresCluster cluster, Random random)
    {
        var (one, other) = (random.Next(1, Marks + 1), random.Next(1, Marks));
        if (other >= one)
            other++;
        var kind = random.Next(3);
        var (name, rows) = kind switch { 0 => ("a byte in the file", 1), 1 => ("missing in the file", 1), _ => ("swapped in the file", 2) };
        byte[]? before = null;
        var (mark, place) = (await MarkAsync(cluster, one), await PlaceAsync(cluster, one));
        var second = await MarkAsync(cluster, other);
        Action<byte[]> change = kind switch
        {
            0 => bytes => StandbyFile.Replace(bytes, (mark, mark[..^1] + (mark[^1] == 'z' ? 'y' : 'z'))),
            1 => bytes => StandbyFile.Remove(bytes, place.Block, place.Item),
            _ => bytes => StandbyFile.Replace(bytes, (mark, second), (second, mark)),
        };
        await StandbyFile.ChangeAsync(cluster, "marks", bytes =>
        {
            before = [.. bytes];
            change(bytes);
        }, Cancelled);
        var options = Still("marks");
        var report = await Verification.RunAsync(Side(cluster, "n1"), Side(cluster, "n2"), options, Cancelled);
        await StandbyFile.ChangeAsync(cluster, "marks", bytes => before!.CopyTo(bytes, 0), Cancelled);
        return new Trial(name, "marks", $"{one}, {other}", IsFound(report, rows, kind == 1 ? 1 : 0, hasKey: true), Told(report));
    }

    private static bool IsFound(VerificationReport report, int rows, int kind, bool hasKey) =>
        report.DifferentRows == rows && report.UnjudgedRows == 0 && report.Tables.Sum(t => t.Shown.Count) == rows
        && report.Tables.SelectMany(t => t.Shown).All(s => !hasKey || s.Kind == kind switch { 1 => RowDifferenceKind.Missing, 2 => RowDifferenceKind.Extra, _ => RowDifferenceKind.Changed });

    private static string Told(VerificationReport report) => $"{report} {string.Join(" / ", report.Tables.SelectMany(t => t.Shown).Select(s => $"{s.Kind} {s.Key} {string.Join(", ", s.Columns.Select(c => $"{c.Column} {c.Left}|{c.Right}"))}"))}";

    private static async Task<string> MarkAsync(PostgresCluster cluster, int id) => (await AskAsync(cluster, $"SELECT mark FROM marks WHERE id = {id.ToString(CultureInfo.InvariantCulture)}"))!;

    private static async Task<(int Block, int Item)> PlaceAsync(PostgresCluster cluster, int id)
    {
        var place = (await AskAsync(cluster, $"SELECT ctid::text FROM marks WHERE id = {id.ToString(CultureInfo.InvariantCulture)}"))!.Trim('(', ')').Split(',');
        return (int.Parse(place[0], CultureInfo.InvariantCulture), int.Parse(place[1], CultureInfo.InvariantCulture));
    }

    private static async Task<string?> AskAsync(PostgresCluster cluster, string sql)
    {
        await using var connection = new NpgsqlConnection(Connection(cluster, "n1") + ";Pooling=false");
        await connection.OpenAsync(Cancelled);
#pragma warning disable CA2100 // the test's own statement
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return (string?)await command.ExecuteScalarAsync(Cancelled);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // the test's own statements
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Cancelled);
    }
}
