using System.Data.Common;
using System.Net.Sockets;
using HaConnect.Connections;
using HaConnect.Simulation.Instances;
using HaConnect.Simulation.Servers;
using Npgsql;
using NpgsqlTypes;

namespace HaConnect.Simulation.Network;

/// <summary>One session of an instance with a server process, both ends of it. It ends as a whole: no statement of it runs after that.</summary>
internal sealed class SimSession : ISession
{
    private readonly Pipe _up;
    private readonly Pipe _down;
    private readonly long _lease;
    private ICall? _call;
    private bool _abandoned;
    private bool _closedByClient;
    private bool _brokenForClient;
    private bool _leaseWatched;
    private long _lastActivity;
    private long _deadline;
    private bool _deadlineWatched;

    internal SimSession(SimInstance instance, ServerProcess process, Pipe up, Pipe down, long lease)
    {
        (Instance, Process, _up, _down, _lease, BegunAt) = (instance, process, up, down, lease, process.Server.World.Scheduler.Now);
        process.Sessions.Add(this);
        Touch();
    }

    internal SimInstance Instance { get; }

    internal ServerProcess Process { get; }

    /// <summary>An application's, neither a lock session nor a probe.</summary>
    internal bool IsClient => _lease == 0 && !IsProbe;

    internal bool IsProbe { get; set; }

    internal long BegunAt { get; }

    /// <summary>When its last probe began, and whether that said that writes are held and none is under way.</summary>
    internal (long At, bool IsHeld) LastProbe { get; set; }

    /// <summary>The server has ended it, or was told to.</summary>
    internal bool HasEnded { get; private set; }

    /// <summary>Before PostgreSQL 17 ALTER SYSTEM knows a custom setting only once the session has set it.</summary>
    internal bool HasSetRegister { get; set; }

    /// <summary>What this session wrote into the register last, and where the standby stood when it promised.</summary>
    internal string? WrittenRegister { get; set; }

    internal (NpgsqlLogSequenceNumber? Received, NpgsqlLogSequenceNumber Replayed, Probing.TermRow? Term)? PositionAtPromise { get; set; }

    public bool IsUsable => !_abandoned && !_brokenForClient && !_closedByClient;

    private World World => Process.Server.World;

    public Task<T> QueryAsync<T>(string sql, Func<DbDataReader, T> read, TimeSpan timeout, CancellationToken cancellationToken, params object[] parameters)
    {
        if (!IsUsable)
            throw new NpgsqlException("the connection is lost", new IOException());
        var call = new Call<T>(read);
        Post(call, (long)timeout.TotalMicroseconds, () => World.Statements.Arrived(this, sql, parameters, call));
        return call.Task;
    }

    /// <summary>Sends a statement; <paramref name="arrived"/> is called at the server's host, whether or not the session is alive there.</summary>
    internal void Post(ICall call, long timeout, Action arrived)
    {
        _call = call;
        _deadline = World.Scheduler.Now + timeout;
        World.Network.Send(_up, arrived);
        if (!_deadlineWatched)
            WatchDeadline(timeout);
    }

    /// <summary>One timer a session, however many statements it runs.</summary>
    private void WatchDeadline(long remaining)
    {
        _deadlineWatched = true;
        Instance.Actor.After(remaining, () =>
        {
            _deadlineWatched = false;
            if (_call is not { IsDone: false } call)
                return;
            if (_deadline > World.Scheduler.Now)
            {
                WatchDeadline(_deadline - World.Scheduler.Now);
                return;
            }

            _abandoned = true;
            call.Fail(new TimeoutException());
        });
    }

    /// <summary>Runs at the server unless the session has ended there, in which case the client is told so.</summary>
    internal void Run(ICall call, Action<SimSession> atServer)
    {
        if (HasEnded || Process.Server.Process != Process)
        {
            Reset(call);
            return;
        }

        Process.Actor.Run(() =>
        {
            if (HasEnded)
                return;
            Touch();
            atServer(this);
        });
    }

    /// <summary>An abandoned session is closed when its statement ends at last, as the real one is.</summary>
    public ValueTask DisposeAsync()
    {
        Close();
        return default;
    }

    internal void Close()
    {
        if (!_abandoned)
            CloseFromClient();
    }

    internal void Refuse(ICall call, PostgresException error) => World.Network.Send(_down, () => Instance.Actor.Run(() => Finish(call, () => call.Fail(error))));

    internal void Answer(ICall call, SimRow row)
    {
        Touch();
        World.Network.Send(_down, () => Instance.Actor.Run(() => Finish(call, () => call.Succeed(row))));
    }

    /// <summary>A statement arrived at a server that has ended the session: the client is told so by a reset.</summary>
    private void Reset(ICall call) => World.Network.Send(_down, () => Instance.Actor.Run(() => Break(call)));

    /// <summary>The server's end of the session is gone: its process died, its lease ran out, or somebody terminated it.</summary>
    internal void BreakFromServer()
    {
        if (HasEnded)
            return;
        EndAtServer();
        World.Network.Send(_down, () => Instance.Actor.Run(() => Break(_call)));
    }

    /// <summary>The client's process died, or it closes the session: the server learns of it when the message arrives, or by the lease.</summary>
    internal void CloseFromClient()
    {
        if (_closedByClient)
            return;
        _closedByClient = true;
        World.Network.Send(_up, () => Process.Actor.Run(EndAtServer));
    }

    private void EndAtServer()
    {
        if (HasEnded)
            return;
        HasEnded = true;
        Process.Sessions.Remove(this);
        if (Process.LockHolder == this)
            Process.LockHolder = null;
    }

    private void Finish(ICall call, Action finish)
    {
        if (_abandoned)
        {
            CloseFromClient();
            return;
        }

        if (!call.IsDone)
            finish();
    }

    private void Break(ICall? call)
    {
        _brokenForClient = true;
        if (call is { IsDone: false })
            call.Fail(new NpgsqlException("the connection was reset", new SocketException((int)SocketError.ConnectionReset)));
    }

    private void Touch()
    {
        _lastActivity = World.Scheduler.Now;
        if (_lease == 0 || _leaseWatched)
            return;
        _leaseWatched = true;
        WatchLease(_lease);
    }

    private void WatchLease(long remaining) => Process.Actor.After(remaining, () =>
    {
        var left = _lastActivity + _lease - World.Scheduler.Now;
        if (HasEnded)
            return;
        if (left > 0)
            WatchLease(left);
        else
            BreakFromServer();
    });

    /// <summary>A statement under way, as its session sees it.</summary>
    internal interface ICall
    {
        bool IsDone { get; }

        void Succeed(SimRow row);

        void Fail(Exception exception);
    }

    private sealed class Call<T>(Func<DbDataReader, T> read) : ICall
    {
        // Continuations run inline, on the one thread of the simulation.
        private readonly TaskCompletionSource<T> _source = new();

        public bool IsDone => _source.Task.IsCompleted;

        internal Task<T> Task => _source.Task;

        public void Succeed(SimRow row) => _source.TrySetResult(read(row));

        public void Fail(Exception exception) => _source.TrySetException(exception);
    }
}
