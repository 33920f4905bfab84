using HaConnect.Operations.Auditing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HaConnect.Operations;

/// <summary>
/// Keeps audit records in a folder, as a chain of lines of which each has the hash of the one before. <see cref="Write"/> returns when the record is
/// on the disk. A folder has one chain and one writer; several are read as one story by <see cref="AuditReader"/>. Thread-safe.
/// docs/operations/audit.md.
/// </summary>
public sealed class AuditFile : IAuditSink, IDisposable, IAsyncDisposable
{
    private const int MostQueued = 10_000;
    private const int MostAtOnce = 256;

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Queue<QueuedRecord> _queue = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FileStream _folderLock;
    private readonly ChainWriter _writer;
    private readonly AuditFileOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile AuditHead _head;
    private TaskCompletionSource _appended = NewSignal();
    private long _keepFrom = long.MaxValue;
    private bool _isBehind;
    private bool _isDisposed;

    private AuditFile(string folder, FileStream folderLock, AuditFileOptions options, TimeProvider time, ILogger logger)
    {
        (Folder, _folderLock, _options, _time, _logger) = (folder, folderLock, options, time, logger);
        _writer = ChainWriter.Open(folder, options, time, () => Volatile.Read(ref _keepFrom));
        _head = _writer.Head;
        Log(static file => AuditMessages.StandsAt(file._logger, file._head.Chain, file._head.Seq, file._head.Hash));
        new Thread(Run) { IsBackground = true, Name = "haconnect-audit" }.Start();
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The last record that is on the disk. Print it, or keep it elsewhere, to verify against it later.</summary>
    public AuditHead Head => _head;

    /// <summary>
    /// Opens a folder, which is made where there is none, and goes on with its chain. Where the last process was killed within a record, what there is of
    /// it is cut off, and that is recorded.
    /// </summary>
    /// <param name="folder">The folder, on a local disk; for this process alone.</param>
    /// <param name="options">Sizes, ages and retention; null for the defaults. It is not to be changed afterwards.</param>
    /// <param name="logger">Gets the head of the chain when it is opened, whenever a segment is sealed, and at its end (Information), and each record with its hash (Debug); null for none.</param>
    /// <param name="time">The clock; null for <see cref="TimeProvider.System"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds.</exception>
    /// <exception cref="IOException">Another process, or another <see cref="AuditFile"/>, has the folder open; or it cannot be written.</exception>
    public static AuditFile Open(string folder, AuditFileOptions? options = null, ILogger? logger = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        options ??= new AuditFileOptions();
        options.Validate();
        folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(folder);
        var folderLock = FolderLock.Take(folder);
        try
        {
            return new AuditFile(folder, folderLock, options, time ?? TimeProvider.System, logger ?? NullLogger.Instance);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Writes one record, and returns when it is on the disk.</summary>
    /// <param name="record">The record.</param>
    /// <exception cref="TimeoutException">It is not on the disk within <see cref="AuditFileOptions.FlushTimeout"/>. It still will be, once the disk answers; until then records do not wait.</exception>
    /// <exception cref="IOException">It could not be written, and is not in the chain. How many were missed is recorded as soon as that is possible.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public void Write(AuditRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var queued = new QueuedRecord(record);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_queue.Count >= MostQueued)
                throw new IOException($"{MostQueued} audit records wait for the disk, and this one is not among them.");
            _queue.Enqueue(queued);
            _wake.Release();
            if (_isBehind)
                throw Late();
        }

        try
        {
            queued.Done.Task.WaitAsync(_options.FlushTimeout, _time).GetAwaiter().GetResult();
        }
        catch (TimeoutException) when (!queued.Done.Task.IsCompleted)
        {
            lock (_lock)
            {
                // While it is not done the thread has yet to find the queue empty, and takes this back then.
                if (!queued.Done.Task.IsCompleted)
                {
                    _isBehind = true;
                    throw Late();
                }
            }

            queued.Done.Task.GetAwaiter().GetResult(); // it came just now
        }
    }

    /// <summary>Closes it when all is written, within 10 s.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
            _isDisposed = true;
        _wake.Release();
        await _ended.Task.WaitAsync(CloseTimeout, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Completes with the next record; take it before looking at <see cref="Head"/>.</summary>
    internal Task NextAppend => Volatile.Read(ref _appended).Task;

    /// <summary>No record from this one on is removed with its segment.</summary>
    internal void KeepFrom(long seq) => Volatile.Write(ref _keepFrom, seq);

    private TimeoutException Late() => new($"The disk has not taken an audit record within {_options.FlushTimeout}; it waits to be written.");

    /// <summary>The one thread that writes: records that come while the disk works go together.</summary>
    private void Run()
    {
        try
        {
            while (true)
            {
                _wake.Wait();
                while (Take() is { Count: > 0 } batch)
                    Append(batch);
                lock (_lock)
                {
                    if (_isDisposed && _queue.Count == 0)
                        return;
                }
            }
        }
        finally
        {
            Log(static file => AuditMessages.StandsAt(file._logger, file._head.Chain, file._head.Seq, file._head.Hash));
            _writer.Dispose();
            _folderLock.Dispose();
            _ended.SetResult();
        }
    }

    private List<QueuedRecord> Take()
    {
        lock (_lock)
        {
            var batch = new List<QueuedRecord>();
            while (batch.Count < MostAtOnce && _queue.TryDequeue(out var queued))
                batch.Add(queued);
            if (batch.Count == 0)
                _isBehind = false;
            return batch;
        }
    }

    private void Append(List<QueuedRecord> batch)
    {
        try
        {
            _writer.Append([.. batch.Select(q => q.Record)]);
        }
        catch (Exception e)
        {
            // Whatever it was, the thread must go on, and whoever waits must know.
            _writer.Miss(batch.Count, e.Message);
            foreach (var queued in batch)
                queued.Done.TrySetException(new IOException($"An audit record could not be written: {e.Message}", e));
            return;
        }

        var before = _head;
        _head = _writer.Head;
        foreach (var queued in batch)
            queued.Done.TrySetResult();
        Interlocked.Exchange(ref _appended, NewSignal()).SetResult();
        Log(file => file.Tell(batch, before));
        try
        {
            _writer.SaveHead();
        }
        catch (Exception e)
        {
            Log(file => AuditMessages.HeadNotWritten(file._logger, file._head.Chain, e)); // records behind the head are well
        }
    }

    /// <summary>A logger that throws must not end the thread, and with it the process: records are worth more than what is said of them.</summary>
    private void Log(Action<AuditFile> say)
    {
        try
        {
            say(this);
        }
        catch (Exception)
        {
            // There is nobody else to tell.
        }
    }

    private void Tell(List<QueuedRecord> batch, AuditHead before)
    {
        AuditMessages.Appended(_logger, _head.Chain, _head.Seq, _head.Hash, batch[^1].Record.Sentence);
        if (_head.Seq - before.Seq > batch.Count)
            AuditMessages.StandsAt(_logger, _head.Chain, _head.Seq, _head.Hash); // sealed in between, mostly
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
