using HaConnect.Operations.Rejoining;
using HaConnect.Testing;
using HaConnect.Testing.Processes;
using HaConnect.Testing.Setup;

namespace HaConnect.ClusterTests.Operations;

/// <summary>What a rejoin reads of WAL that a real server has written, beside pg_waldump, and with the damages that pg_waldump takes for the end.</summary>
public sealed class WalReaderTests : ClusterTest
{
    private readonly string _copy = Directory.CreateTempSubdirectory("haconnect-wal-").FullName;

    [Fact]
    public async Task ReadAsync_WalOfARealServer_FindsWhatPgWaldumpFinds()
    {
        var (from, control) = await WriteAsync(StopMode.Fast);

        var (records, end) = await ReadAsync(from, control);

        Assert.Null(end.Doubt);
        Assert.True(end.Position > control.NeedsUpTo(1), $"{end.Position} is not behind the shutdown checkpoint, {control.NeedsUpTo(1)}");
        var dumped = await DumpAsync(from);
        Assert.Equal(dumped.Count(l => l.Contains(" desc: COMMIT", StringComparison.Ordinal)), records.Count(r => r.IsCommit));
        Assert.Equal(dumped.Count(l => l.Contains(" desc: PREPARE", StringComparison.Ordinal) || l.Contains(" desc: ABORT_PREPARED", StringComparison.Ordinal)), records.Count(r => r.IsPrepare));
        Assert.Equal(2, records.Count(r => r.IsPrepare));
        Assert.Equal(dumped.Length, records.Count);
    }

    [Fact]
    public async Task ReadAsync_KilledServer_EndsWhereItWasKilled()
    {
        var (from, control) = await WriteAsync(null);

        var (records, end) = await ReadAsync(from, control);

        Assert.Null(end.Doubt);
        Assert.Equal((await DumpAsync(from)).Length, records.Count);
    }

    /// <summary>pg_waldump ends there as well, and says nothing that would tell it from the end of the WAL.</summary>
    [Theory]
    [InlineData(Damage.OneByteOfARecord, "is damaged")]
    [InlineData(Damage.LengthOfARecord, "there is more WAL at")]
    [InlineData(Damage.APageIsZero, "more WAL at")]
    [InlineData(Damage.TheLastLengthIsZero, "something that is no record")]
    public async Task ReadAsync_DamagedWal_IsADoubt(Damage damage, string doubt)
    {
        var (from, control) = await WriteAsync(null);
        var (records, whole) = await ReadAsync(from, control);
        var geometry = control.Geometry;
        var middle = records.First(r => r.IsCommit && r.Position % 8192 is > 4096 and < 8000 && geometry.SegmentOf(r.Position) == geometry.SegmentOf(records[records.Count / 2].Position)).Position;
        switch (damage)
        {
            case Damage.OneByteOfARecord:
                Overwrite(geometry, middle + 30, [0xAA]);
                break;
            case Damage.LengthOfARecord:
                Overwrite(geometry, middle, [0, 0, 0, 0]);
                Overwrite(geometry, middle, new byte[8192 - (int)(middle % 8192)]);
                break;
            case Damage.APageIsZero:
                Overwrite(geometry, geometry.PageOf(middle), new byte[8192]);
                break;
            case Damage.TheLastLengthIsZero:
                Overwrite(geometry, records[^1].Position, [0, 0, 0, 0]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(damage), damage, "No such damage.");
        }

        var (fewer, end) = await ReadAsync(from, control);

        Assert.Contains(doubt, end.Doubt, StringComparison.Ordinal);
        Assert.True(fewer.Count < records.Count && end.Position < whole.Position);
    }

    [Fact]
    public async Task FirstRecordAsync_AnyPage_FindsARecord()
    {
        var (from, control) = await WriteAsync(StopMode.Fast);
        var (records, _) = await ReadAsync(from, control);
        var begins = records.Select(r => r.Position).ToHashSet();
        using var files = new LocalWalFiles(_copy);
        var reader = new ServerWal(files, control.Geometry, [new(1, 0, null)]).ReaderOf(0);
        foreach (var page in records.Skip(1).Select(r => control.Geometry.PageOf(r.Position)).Distinct().Skip(1))
            Assert.Contains((await reader.FirstRecordAsync(page, Cancelled))!.Value, begins);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_copy, recursive: true);
    }

    /// <summary>Small records, records over many pages, prepared transactions and a switch to the next file; then the server is stopped, or killed, and its WAL copied.</summary>
    private async Task<(ulong From, ControlData Control)> WriteAsync(StopMode? stop)
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, Settings = { ["max_prepared_transactions"] = "5", ["autovacuum"] = "off" } });
        var node = cluster["n1"];
        await node.ExecuteAsync("CHECKPOINT", Cancelled);
        await node.ExecuteAsync("CREATE TABLE story (line int, text text)", Cancelled);
        await node.ExecuteAsync("DO $$ BEGIN FOR i IN 1..300 LOOP INSERT INTO story VALUES (i, repeat('x', 100)); COMMIT; END LOOP; END $$", Cancelled);
        await node.ExecuteAsync("SELECT pg_logical_emit_message(false, 'long', repeat('y', 100000))", Cancelled);
        await node.ExecuteAsync("SELECT pg_switch_wal()", Cancelled);
        await node.ExecuteAsync("DO $$ BEGIN FOR i IN 1..300 LOOP INSERT INTO story VALUES (i, repeat('x', 100)); COMMIT; END LOOP; END $$", Cancelled);
        await node.ExecuteAsync("BEGIN; INSERT INTO story VALUES (1, ''); PREPARE TRANSACTION 'one'", Cancelled);
        await node.ExecuteAsync("ROLLBACK PREPARED 'one'", Cancelled);
        await node.ExecuteAsync("INSERT INTO story VALUES (2, '')", Cancelled);
        await (stop is { } mode ? node.StopAsync(mode, Cancelled) : node.KillAsync(Cancelled));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(node.DataDirectory, "pg_wal")))
            File.Copy(file, Path.Combine(_copy, Path.GetFileName(file)));
        var control = new ControlData((await RunAsync("pg_controldata", "-D", node.DataDirectory)).Output);
        return (stop is null ? control.ReadableFrom(1)!.Value : FirstRecordOf(control), control);
    }

    /// <summary>A clean stop has moved the checkpoint to the end: from the beginning of the oldest file instead, at which a record begins as initdb wrote it.</summary>
    private ulong FirstRecordOf(ControlData control)
    {
        var oldest = Directory.EnumerateFiles(_copy).Select(f => Path.GetFileName(f)).Where(n => n.Length == 24).Order(StringComparer.Ordinal).First();
        using var files = new LocalWalFiles(_copy);
        var segment = ulong.Parse(oldest.AsSpan(16), System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);
        return new ServerWal(files, control.Geometry, [new(1, 0, null)]).ReaderOf(0).FirstRecordAsync(segment * (ulong)control.Geometry.SegmentSize, Cancelled).GetAwaiter().GetResult()!.Value;
    }

    private async Task<(List<WalRecord> Records, WalEnd End)> ReadAsync(ulong from, ControlData control)
    {
        List<WalRecord> records = [];
        using var files = new LocalWalFiles(_copy);
        var end = await new ServerWal(files, control.Geometry, [new(1, 0, null)]).ReaderOf(0).ReadAsync(from, null, records.Add, leavesRemains: false, Cancelled);
        return (records, end);
    }

    private async Task<string[]> DumpAsync(ulong from) =>
        [.. (await RunAsync("pg_waldump", "-p", _copy, "-t", "1", "-s", new NpgsqlTypes.NpgsqlLogSequenceNumber(from).ToString())).Output.Split('\n').Where(l => l.StartsWith("rmgr:", StringComparison.Ordinal))];

    private void Overwrite(WalGeometry geometry, ulong position, byte[] bytes)
    {
        using var file = File.OpenHandle(Path.Combine(_copy, geometry.FileOf(1, geometry.SegmentOf(position))), FileMode.Open, FileAccess.Write);
        RandomAccess.Write(file, bytes, geometry.OffsetOf(position));
    }

    private static Task<ToolResult> RunAsync(string program, params string[] arguments) =>
        Tool.RunAsync(Path.Combine(PostgresBinaries.Find(null) ?? throw new InvalidOperationException("PostgreSQL is not installed"), program), arguments, cancellationToken: Cancelled);

    public enum Damage
    {
        OneByteOfARecord,
        LengthOfARecord,
        APageIsZero,
        TheLastLengthIsZero,
    }
}
