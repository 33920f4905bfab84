using System.Globalization;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.Sizing;

/// <summary>Watches one server: its sessions by pg_stat_activity, over a superuser's connection of its own, and the processor time of all its processes.</summary>
internal sealed class ServerMeter : IAsyncDisposable
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux

    private readonly NpgsqlConnection _connection;
    private readonly CancellationTokenSource _stop = new();
    private readonly string _pidFile;
    private readonly Lock _lock = new();
    private Task _watching = Task.CompletedTask;
    private List<Sample> _samples = [];

    private ServerMeter(PostgresNode node, NpgsqlConnection connection)
    {
        Node = node;
        _connection = connection;
        _pidFile = Path.Combine(node.DataDirectory, "postmaster.pid");
    }

    internal PostgresNode Node { get; }

    internal static async Task<ServerMeter> StartAsync(PostgresCluster cluster, PostgresNode node)
    {
        var connection = new NpgsqlConnection(cluster.SuperuserConnectionString(node) + ";Pooling=false;Application Name=meter;Command Timeout=2");
        await connection.OpenAsync();
        var meter = new ServerMeter(node, connection);
        meter._watching = meter.WatchAsync();
        return meter;
    }

    /// <summary>The samples since the last call.</summary>
    internal IReadOnlyList<Sample> Take()
    {
        lock (_lock)
        {
            var taken = _samples;
            _samples = [];
            return taken;
        }
    }

    /// <summary>Processor seconds of all its processes so far, of those that have ended too; null where it is dead.</summary>
    internal double? ProcessorSeconds()
    {
        try
        {
            var postmaster = File.ReadLines(_pidFile).First();
            // Its ended children are in its own account, once it has waited for them.
            return Stat(postmaster) is { } own
                ? (own.Self + own.Children + Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0]))
                    .Select(d => Stat(Path.GetFileName(d))).Where(s => s?.Parent == postmaster).Sum(s => s!.Value.Self + s.Value.Children)) / TicksPerSecond
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>How often it has refused a session because there was no room.</summary>
    internal async Task<int> RefusalsAsync() =>
        (await Node.ReadLogAsync()).Split('\n').Count(l => l.Contains("too many clients", StringComparison.Ordinal) || l.Contains("remaining connection slots", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        await _connection.DisposeAsync();
        _stop.Dispose();
    }

    private static (string Parent, double Self, double Children)? Stat(string pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            double Ticks(int field) => double.Parse(fields[field], CultureInfo.InvariantCulture);
            return (fields[1], Ticks(11) + Ticks(12), Ticks(13) + Ticks(14));
        }
        catch (IOException)
        {
            return null; // it ended meanwhile
        }
    }

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var sample = await SampleAsync();
                lock (_lock)
                    _samples.Add(sample);
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, _stop.Token);
            }
            catch (Exception e) when (e is NpgsqlException or OperationCanceledException or InvalidOperationException)
            {
                return; // stopped, or the server was killed
            }
        }
    }

    private async Task<Sample> SampleAsync()
    {
        await using var command = new NpgsqlCommand("""
            SELECT count(*) FILTER (WHERE application_name = 'haconnect-probe'), count(*) FILTER (WHERE application_name = 'haconnect-coordinator'),
                   count(*) FILTER (WHERE application_name NOT IN ('haconnect-probe', 'haconnect-coordinator', 'meter')), count(*) FILTER (WHERE application_name <> 'meter'),
                   (SELECT sum(sessions) FROM pg_stat_database)::bigint
              FROM pg_stat_activity WHERE backend_type = 'client backend'
            """, _connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new Sample(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));
    }

    internal sealed record Sample(long Probes, long Locks, long Application, long All, long SessionsSoFar);
}
