using HaConnect.Operations.Auditing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace HaConnect.Operations;

/// <summary>
/// Copies an audit trail from its folder to the table <c>haconnect_audit.trail</c> in the control database at the primary. The folder is the buffer: what is
/// written while there is no primary, or when a process was killed, comes with the next one, and nothing comes twice. The copy lies where whoever
/// can write the folder need not be able to write, so that it is the folder's anchor. docs/operations/audit.sql makes the table so that nobody can change it but a superuser.
/// </summary>
public sealed class AuditTable : IAsyncDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastCopyTimeout = TimeSpan.FromSeconds(3);

    /// <summary>What was copied can be lost with a primary; a segment is not removed before its copy is this old.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    private readonly AuditFile _file;
    private readonly HaRuntime _runtime;
    private readonly ILogger _logger;
    private readonly ChainCursor _cursor;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private (long Seq, long At) _mark;
    private long _copiedUpTo;
    private string? _problem;
    private TaskCompletionSource _moved = NewSignal();

    private AuditTable(AuditFile file, HaRuntime runtime, ILogger logger)
    {
        (_file, _runtime, _logger, _cursor) = (file, runtime, logger, new ChainCursor(file.Folder));
        file.KeepFrom(0); // until the table says what it has
        _mark = (0, runtime.Time.GetTimestamp());
        _running = Task.Run(RunAsync);
    }

    /// <summary>The number of the last record that the primary had when it was last asked or given one; 0 before.</summary>
    public long CopiedUpTo => Volatile.Read(ref _copiedUpTo);

    /// <summary>Why records wait; null where none does, or there is only no primary.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>Begins to copy, now and as records come. The table is made where it is missing and the control user may make it.</summary>
    /// <param name="file">The trail. Segments that are not copied yet are not removed by its retention.</param>
    /// <param name="dataSource">The cluster; not to be disposed before this.</param>
    /// <param name="logger">Is told where records are copied to, and why they wait; null for none.</param>
    public static AuditTable Start(AuditFile file, HaDataSource dataSource, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(dataSource);
        return new AuditTable(file, dataSource.Runtime, logger ?? NullLogger.Instance);
    }

    /// <summary>Verifies a chain's copy. Give the heads of <see cref="ReadHeadsAsync"/> to <see cref="AuditVerifier.VerifyFolder"/> to hold the folder against it.</summary>
    /// <param name="dataSource">The cluster.</param>
    /// <param name="chain">The chain's id.</param>
    /// <param name="expected">Heads of this chain that are known from elsewhere: each must be found in the copy.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NoPrimaryException">There was no primary within <see cref="ConnectionsOptions.WaitTimeout"/>.</exception>
    /// <exception cref="NpgsqlException">The table cannot be read.</exception>
    public static async Task<AuditVerification> VerifyAsync(HaDataSource dataSource, string chain, IReadOnlyList<AuditHead>? expected = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        var lines = await TableReading.LinesAsync(dataSource.Runtime, chain, cancellationToken).ConfigureAwait(false);
        return AuditVerifier.Verify([.. lines.Select((line, i) => PlacedLine.Of(TableReading.Name, i + 1, line, isEnded: true))], expected is { Count: > 0 } ? expected : [new AuditHead(chain, 0, LineCodec.NoHash)], [], TableReading.Name);
    }

    /// <summary>Reads the hash of every record in a chain's copy.</summary>
    /// <inheritdoc cref="VerifyAsync"/>
    public static async Task<IReadOnlyList<AuditHead>> ReadHeadsAsync(HaDataSource dataSource, string chain, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        var lines = await TableReading.LinesAsync(dataSource.Runtime, chain, cancellationToken).ConfigureAwait(false);
        return [.. lines.Select(l => LineCodec.Read(l)).Where(r => r is { IsGenuine: true, Line: not null }).Select(r => new AuditHead(r.Line!.Chain, r.Line.Seq, r.Hash))];
    }

    /// <summary>Reads all chains of the table as one story; see <see cref="AuditReader.Merge"/> for its order.</summary>
    /// <param name="dataSource">The cluster.</param>
    /// <param name="filter">Which records are wanted; null for all but those of the chains themselves.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <inheritdoc cref="VerifyAsync" path="/exception"/>
    public static async Task<IReadOnlyList<AuditEntry>> ReadAsync(HaDataSource dataSource, AuditFilter? filter = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        filter ??= new AuditFilter();
        var chains = new List<IEnumerable<AuditEntry>>();
        foreach (var chain in await TableReading.ChainsAsync(dataSource.Runtime, cancellationToken).ConfigureAwait(false))
            chains.Add((await TableReading.LinesAsync(dataSource.Runtime, chain, cancellationToken).ConfigureAwait(false)).Select(l => AuditEntry.Of(l)).OfType<AuditEntry>());
        return [.. AuditReader.Merge(chains).Where(filter.Accepts)];
    }

    /// <summary>Copies what is there, for at most 3 s, and stops; the rest comes with the next process that opens the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        var (startedAt, last) = (_runtime.Time.GetTimestamp(), _file.Head.Seq);
        while (true)
        {
            var moved = Volatile.Read(ref _moved).Task; // taken before it is looked at
            var left = LastCopyTimeout - _runtime.Time.GetElapsedTime(startedAt);
            if (CopiedUpTo >= last || Problem is not null || left <= TimeSpan.Zero)
                break;
            await moved.WaitAsync(left, _runtime.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await CopyToOnePrimaryAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                TellProblem(e.Message);
            }
            catch (Exception e)
            {
                Volatile.Write(ref _problem, e.Message);
                Moved();
                AuditMessages.CopyLoopFailed(_logger, e);
            }

            await Task.Delay(RetryInterval, _runtime.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Until it is the primary no more. Each one is asked what it has: a failover can have lost what its predecessor had taken.</summary>
    private async Task CopyToOnePrimaryAsync(CancellationToken cancellationToken)
    {
        var primary = await PrimarySession.OpenAsync(_runtime, limit: null, cancellationToken).ConfigureAwait(false);
        await using var _ = primary.ConfigureAwait(false);
        var next = await TableReading.LastAsync(primary.Session, _file.Head.Chain, cancellationToken).ConfigureAwait(false) is { } last ? Compare(last) : 1;
        Copied(next - 1);
        Volatile.Write(ref _problem, null);
        AuditMessages.Copies(_logger, primary.Node, next - 1);
        while (primary.IsAtPrimary(_runtime.State.Current))
        {
            var (change, appended) = (_runtime.State.NextChange, _file.NextAppend);
            var lines = _cursor.Read(next, _file.Head.Seq); // what is behind the head is not on the disk yet
            if (lines.Count == 0)
            {
                await Task.WhenAny(change, appended).WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            await primary.Session.QueryAsync(AuditTableSql.Insert, static _ => true, PrimarySession.StatementTimeout, cancellationToken,
                _file.Head.Chain, lines.Select(l => l.Seq).ToArray(), lines.Select(l => l.Json).ToArray()).ConfigureAwait(false);
            next = lines[^1].Seq + 1;
            Copied(next - 1);
        }
    }

    /// <summary>The next record to copy, behind what the table has; the same record must be in the folder.</summary>
    private long Compare((long Seq, string Line) last)
    {
        var there = LineCodec.Read(System.Text.Encoding.UTF8.GetBytes(last.Line));
        var here = _cursor.Read(last.Seq, last.Seq);
        if (last.Seq > _file.Head.Seq || (here.Count > 0 && here[0].Hash != there.Hash))
            AuditMessages.CopyDiffers(_logger, _file.Head.Chain, last.Seq);
        return last.Seq + 1;
    }

    private void Copied(long upTo)
    {
        Volatile.Write(ref _copiedUpTo, upTo);
        Moved();
        if (_runtime.Time.GetElapsedTime(_mark.At) < Settled)
            return;
        _file.KeepFrom(Math.Min(_mark.Seq, upTo) + 1);
        _mark = (upTo, _runtime.Time.GetTimestamp());
    }

    private void TellProblem(string problem)
    {
        var before = Interlocked.Exchange(ref _problem, problem);
        Moved();
        if (before != problem)
            AuditMessages.NotCopied(_logger, problem);
    }

    private void Moved() => Interlocked.Exchange(ref _moved, NewSignal()).SetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
