using HaConnect.Connections;
using Npgsql;

namespace HaConnect.Operations.Drills.Load;

/// <summary>Writes at a rate that is given, as far as the cluster takes it.</summary>
internal sealed class LoadGenerator(HaDataSource db, int writers, TimeProvider time)
{
    private const int PoolBytes = 1 << 20;

    // Nothing in it can be compressed, so that what is written is what was asked for.
    private static readonly byte[] s_noise = Noise();

    internal async Task<LoadWritten> RunAsync(double perSecond, int payloadBytes, TimeSpan duration, CancellationToken cancellationToken)
    {
        var run = new Run(perSecond, payloadBytes, duration, time.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(() => WriteAsync(run, cancellationToken), cancellationToken))).ConfigureAwait(false);
        var took = time.GetElapsedTime(run.StartedAt);
        return new LoadWritten(run.Acked, run.Failed, run.FirstError, took > duration ? took : duration, run.Latencies); // the last is due a little before the end
    }

    /// <summary>The writes are due one after the other, whoever is free does the next: what one is late, another makes up for.</summary>
    private async Task WriteAsync(Run run, CancellationToken cancellationToken)
    {
        while (true)
        {
            var due = TimeSpan.FromSeconds((Interlocked.Increment(ref run.Taken) - 1) / run.PerSecond);
            if (due >= run.Duration)
                return;
            var ahead = due - time.GetElapsedTime(run.StartedAt);
            if (ahead > TimeSpan.Zero)
                await Task.Delay(ahead, time, cancellationToken).ConfigureAwait(false);
            var startedAt = time.GetTimestamp();
            if (time.GetElapsedTime(run.StartedAt, startedAt) >= run.Duration)
                return;
            try
            {
                await InsertAsync(run.PayloadBytes, cancellationToken).ConfigureAwait(false);
                run.Latencies.Add(time.GetElapsedTime(startedAt));
                Interlocked.Increment(ref run.Acked);
            }
            catch (Exception e) when (e is NpgsqlException or HaConnectException or TimeoutException)
            {
                run.FirstError ??= e.Message;
                Interlocked.Increment(ref run.Failed);
            }
        }
    }

    private Task InsertAsync(int bytes, CancellationToken cancellationToken) => db.ExecuteAsync(
        async (connection, token) =>
        {
            var command = new NpgsqlCommand(LoadTable.Insert, connection) { Parameters = { new() { Value = new ReadOnlyMemory<byte>(s_noise, Random.Shared.Next(PoolBytes), bytes) } } };
            await using (command.ConfigureAwait(false))
                await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        },
        WorkKind.Write,
        cancellationToken);

    private static byte[] Noise()
    {
        var noise = new byte[2 * PoolBytes];
        new Random(1).NextBytes(noise);
        return noise;
    }

    /// <summary>One run of all writers.</summary>
    private sealed class Run(double perSecond, int payloadBytes, TimeSpan duration, long startedAt)
    {
        internal readonly LatencyHistogram Latencies = new();
        internal long Taken;
        internal long Acked;
        internal long Failed;
        internal volatile string? FirstError;

        internal double PerSecond => perSecond;

        internal int PayloadBytes => payloadBytes;

        internal TimeSpan Duration => duration;

        internal long StartedAt => startedAt;
    }
}
