using System.Threading.Channels;
using HaConnect.Diagnostics;
using Microsoft.Extensions.Logging;

namespace HaConnect.Failover;

/// <summary>Carries out the commands for one voter, one after the other, and renews its lease in between. Answers are events.</summary>
internal sealed class VoterWorker : IAsyncDisposable
{
    private readonly string _node;
    private readonly INodeControl _control;
    private readonly Action<FailoverEvent> _answer;
    private readonly TimeSpan _renewal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Order> _orders = Channel.CreateUnbounded<Order>(new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private bool _holdsLock;
    private volatile RunningOrder? _current;
    private CancellationTokenSource _office = new();

    internal VoterWorker(string node, INodeControl control, Action<FailoverEvent> answer, TimeSpan lease, TimeProvider time, ILogger logger)
    {
        _node = node;
        _control = control;
        _answer = answer;
        _renewal = lease / 3;
        _time = time;
        _logger = logger;
        _running = RunAsync();
    }

    /// <summary>A command of a later step calls off one of an earlier step that is still waiting for something.</summary>
    internal void Do(int stepNumber, NodeCommand command)
    {
        var order = new Order(stepNumber, command, null, _office.Token);
        _orders.Writer.TryWrite(order);
        if (_current is { } current && current.StepNumber < stepNumber)
            current.CallOff();
    }

    /// <param name="records">To be written to the server.</param>
    /// <param name="notSaved">Gets them back where that fails; some may have been written by then.</param>
    internal void SaveAudit(IReadOnlyList<AuditRecord> records, Action<IReadOnlyList<AuditRecord>> notSaved) =>
        _orders.Writer.TryWrite(new Order(0, null, new Saving(records, notSaved), _office.Token));

    /// <summary>Ends what is under way, forgets what was asked, and closes the session, which frees the lock at once.</summary>
    internal void Release()
    {
        var office = _office;
        _office = new CancellationTokenSource();
        office.Cancel();
        _orders.Writer.TryWrite(new Order(0, null, null, CancellationToken.None));
    }

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _running.ConfigureAwait(false);
        await _control.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await TurnAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (OperationCanceledException)
            {
                // What was under way has been called off, by a release or by a command of a later step; its answer matters no more.
            }
            catch (LockSessionLostException e)
            {
                _holdsLock = false;
                _answer(new FailoverEvent.SessionLost(_node, e.Message));
            }
            catch (Exception e)
            {
                Log.FailoverLoopFailed(_logger, e);
                await CloseAsync().ConfigureAwait(false);
                _answer(new FailoverEvent.SessionLost(_node, e.Message));
            }
        }
    }

    private async Task TurnAsync()
    {
        var reading = _orders.Reader.WaitToReadAsync(_stop.Token).AsTask();
        if (_holdsLock)
        {
            try
            {
                await reading.WaitAsync(_renewal, _time, _stop.Token).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                await _control.RenewAsync(_stop.Token).ConfigureAwait(false);
                return;
            }
        }
        else
        {
            await reading.ConfigureAwait(false);
        }

        while (_orders.Reader.TryRead(out var order))
            await CarryOutAsync(order).ConfigureAwait(false);
    }

    private async Task CarryOutAsync(Order order)
    {
        if (order.Saving is { } saving)
        {
            await SaveAsync(saving, order.Office).ConfigureAwait(false);
            return;
        }

        if (order.Office.IsCancellationRequested)
            return;
        if (order.Command is not { } command)
        {
            await CloseAsync().ConfigureAwait(false);
            return;
        }

        if (!_holdsLock && command is not NodeCommand.TakeLock)
        {
            _answer(new FailoverEvent.Failed(_node, order.StepNumber, command.Name, "its lock is not held"));
            return;
        }

        using var running = new RunningOrder(order.StepNumber, order.Office);
        _current = running;
        try
        {
            _answer(await DoAsync(order.StepNumber, command, running.Token).ConfigureAwait(false));
            Log.EffectDone(_logger, command.Name, _node, "done");
        }
        catch (CommandRefusedException e)
        {
            Log.EffectDone(_logger, command.Name, _node, e.Message);
            _answer(new FailoverEvent.Failed(_node, order.StepNumber, command.Name, e.Message));
        }
        finally
        {
            _current = null;
        }
    }

    private async Task SaveAsync(Saving saving, CancellationToken office)
    {
        var isSaved = false;
        try
        {
            if (!_holdsLock)
                return;
            await _control.SaveAuditAsync(saving.Records, office).ConfigureAwait(false);
            isSaved = true;
        }
        catch (CommandRefusedException e)
        {
            Log.EffectDone(_logger, "SaveAudit", _node, e.Message);
        }
        finally
        {
            if (!isSaved)
                saving.NotSaved(saving.Records);
        }
    }

    private async Task<FailoverEvent> DoAsync(int step, NodeCommand command, CancellationToken token)
    {
        switch (command)
        {
            case NodeCommand.TakeLock when _holdsLock:
                return new FailoverEvent.LockAnswered(_node, Granted: true); // asked twice: a survey can be overtaken by the answer to the one before
            case NodeCommand.TakeLock:
                _holdsLock = await _control.TakeLockAsync(token).ConfigureAwait(false);
                return new FailoverEvent.LockAnswered(_node, _holdsLock);
            case NodeCommand.ReadRecord:
                return new FailoverEvent.RecordRead(_node, step, await _control.ReadRecordAsync(token).ConfigureAwait(false));
            case NodeCommand.ReadPosition:
                return new FailoverEvent.PositionRead(_node, step, await _control.ReadPositionAsync(token).ConfigureAwait(false));
            case NodeCommand.Drain c:
                return new FailoverEvent.Drained(_node, step, await _control.DrainAsync(c, token).ConfigureAwait(false));
            case NodeCommand.Seal c:
                return new FailoverEvent.Sealed(_node, step, await _control.SealAsync(c.Term, c.RequestId, token).ConfigureAwait(false));
            case NodeCommand.CommitTerm c:
                return new FailoverEvent.TermCommitted(_node, step, await _control.CommitTermAsync(c.Row, c.Voters, c.Reason, token).ConfigureAwait(false));
            default:
                await ActAsync(command, token).ConfigureAwait(false);
                return new FailoverEvent.Done(_node, step, command.Name);
        }
    }

    private Task ActAsync(NodeCommand command, CancellationToken token) => command switch
    {
        NodeCommand.WriteRegister c => _control.WriteRegisterAsync(c.Register, token),
        NodeCommand.CutOff c => _control.CutOffAsync(c.Term, token),
        NodeCommand.SetSynchronousNames c => _control.SetSynchronousNamesAsync(c.Names, c.Term, token),
        NodeCommand.Verify c => _control.VerifyAsync(c.Term, c.IsCutOff, token),
        NodeCommand.Promote c => _control.PromoteAsync(c.Order, token),
        NodeCommand.Repoint c => _control.RepointAsync(c.Primary, c.Term, token),
        NodeCommand.AwaitFlush c => _control.AwaitFlushAsync(c.Lsn, c.Standbys, c.Required, token),
        NodeCommand.MarkEstablished c => _control.MarkEstablishedAsync(c.Term, c.Lsn, c.Ended, token),
        NodeCommand.Fence c => _control.FenceAsync(c.Term, token),
        NodeCommand.StartRequest c => _control.StartRequestAsync(c.Id, c.Target, token),
        NodeCommand.AwaitInstances => _control.AwaitInstancesAsync(token),
        NodeCommand.AwaitSmallLag c => _control.AwaitSmallLagAsync(c.Limit, token),
        NodeCommand.AwaitReplay c => _control.AwaitReplayAsync(c.Lsn, token),
        NodeCommand.Reopen c => _control.ReopenAsync(c.Register, c.Names, token),
        NodeCommand.EndRequest c => _control.EndRequestAsync(c.Id, c.Outcome, token),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, null),
    };

    private async Task CloseAsync()
    {
        _holdsLock = false;
        await _control.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>The command under way, which can be called off from outside until it has ended.</summary>
    private sealed class RunningOrder(int stepNumber, CancellationToken office) : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(office);
        private bool _ended;

        internal int StepNumber { get; } = stepNumber;

        internal CancellationToken Token => _source.Token;

        internal void CallOff()
        {
            lock (_lock)
            {
                if (!_ended)
                    _source.Cancel();
            }
        }

        public void Dispose()
        {
            lock (_lock)
                _ended = true;
            _source.Dispose();
        }
    }

    private sealed record Saving(IReadOnlyList<AuditRecord> Records, Action<IReadOnlyList<AuditRecord>> NotSaved);

    /// <summary>Without a command and anything to save it means: close the session.</summary>
    private sealed record Order(int StepNumber, NodeCommand? Command, Saving? Saving, CancellationToken Office);
}
