using System.Globalization;
using HaConnect.Testing.Hosting;
using HaConnect.Testing.Processes;
using HaConnect.Testing.Setup;
using Npgsql;

namespace HaConnect.Testing;

/// <summary>
/// One real PostgreSQL server of a <see cref="PostgresCluster"/>, and the faults that can befall it. Its name, address and folder stay the same for its
/// whole life, however often it is killed, started or rejoined. Reading is safe from any thread; change one node from one place at a time.
/// </summary>
public sealed class PostgresNode
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    private readonly ClusterSetup _setup;
    private readonly PortReservation _port;
    private IServerProcess? _process;
    private bool _blocked;

    internal PostgresNode(ClusterSetup setup, string name, PortReservation port)
    {
        (_setup, Name, _port) = (setup, name, port);
        Files = new NodeFiles(setup, name, DataDirectory, port.Port);
    }

    /// <summary>n1, n2, … or w1, w2, …; also its <c>cluster_name</c> and, as a standby, its <c>application_name</c>.</summary>
    public string Name { get; }

    /// <summary>The address at which clients and the other nodes reach it.</summary>
    public string Host => _setup.AddressOf(Name);

    /// <summary>Its port, kept while it is down.</summary>
    public int Port => _port.Port;

    /// <summary>Its data folder.</summary>
    public string DataDirectory => Path.Combine(_setup.Folder, Name);

    /// <summary>Its log, appended to by every run.</summary>
    public string LogFile => Path.Combine(_setup.Folder, Name + ".log");

    /// <summary>Whether its postmaster lives, frozen or not.</summary>
    public bool IsRunning => _process is { IsRunning: true };

    /// <summary>Whether <see cref="FreezeAsync"/> holds it.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>The files that make its data folder its own.</summary>
    internal NodeFiles Files { get; }

    /// <summary>Starts the server and waits until it accepts connections.</summary>
    /// <param name="cancellationToken">Ends the wait; the server may be left starting.</param>
    /// <exception cref="InvalidOperationException">It runs already.</exception>
    /// <exception cref="PostgresClusterException">It ended again; the message holds the end of its log.</exception>
    /// <exception cref="TimeoutException">It accepts no connections within <see cref="PostgresClusterOptions.StartTimeout"/>; it is killed.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (IsRunning)
            throw new InvalidOperationException($"{Name} runs already.");
        if (_process is not null)
            await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);

        // Everything of the last run is gone (just awaited), so its pid file says nothing any more; without it, "ready" can only be said by the new run.
        string pidFile = Path.Combine(DataDirectory, "postmaster.pid");
        File.Delete(pidFile);
        _process = await _setup.Host.StartServerAsync(DataDirectory, LogFile, _setup.Options.Network?.NamespaceOf(Name), _setup.Options.ServerEnvironment, cancellationToken).ConfigureAwait(false);
        try
        {
            await Poll.UntilAsync($"start of {Name}", _ => Task.FromResult(IsRunning ? NodeFiles.ReadinessProblem(pidFile) : throw new PostgresClusterException($"{Name} ended while it started.")),
                _setup.Options.StartTimeout, PollInterval, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or PostgresClusterException)
        {
            await KillAsync(CancellationToken.None).ConfigureAwait(false);
            string message = $"{e.Message} The end of {LogFile}:{Environment.NewLine}{await ReadLogAsync(30, CancellationToken.None).ConfigureAwait(false)}";
            throw e is TimeoutException ? new TimeoutException(message, e) : new PostgresClusterException(message, e);
        }
    }

    /// <summary>Stops the server and waits until all its processes are gone.</summary>
    /// <param name="mode">How; default fast.</param>
    /// <param name="cancellationToken">Ends the wait, not the stop.</param>
    /// <exception cref="InvalidOperationException">It is frozen, so it cannot hear the request.</exception>
    /// <exception cref="TimeoutException">It still runs after <see cref="PostgresClusterOptions.StartTimeout"/>.</exception>
    public async Task StopAsync(StopMode mode = StopMode.Fast, CancellationToken cancellationToken = default)
    {
        if (!IsRunning)
            return;
        if (IsFrozen)
            throw new InvalidOperationException($"{Name} is frozen: thaw or kill it.");
        UnixSignal signal = mode switch
        {
            StopMode.Fast => UnixSignal.Interrupt,
            StopMode.Immediate => UnixSignal.Quit,
            StopMode.Smart => UnixSignal.Terminate,
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "No such way to stop."),
        };
        await _process!.SignalAsync(signal, cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource timeout = new(_setup.Options.StartTimeout, TimeProvider.System);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _process.WaitForExitAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested)
        {
            throw new TimeoutException($"{Name} still runs {_setup.Options.StartTimeout.TotalSeconds:0.#} s after the request to stop ({mode}).", e);
        }
    }

    /// <summary>Stops and starts the server.</summary>
    /// <param name="mode">How to stop; default fast.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task RestartAsync(StopMode mode = StopMode.Fast, CancellationToken cancellationToken = default)
    {
        await StopAsync(mode, cancellationToken).ConfigureAwait(false);
        await StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the postmaster and all its processes at once by SIGKILL, frozen or not, and returns when they are gone and reaped: a power cut, but for the disk.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task KillAsync(CancellationToken cancellationToken = default)
    {
        if (_process is not null)
            await _process.KillAsync(cancellationToken).ConfigureAwait(false);
        IsFrozen = false;
    }

    /// <summary>
    /// Ends only the postmaster by SIGKILL and returns at once. Its sessions notice and leave by themselves, but for some milliseconds they
    /// finish, and acknowledge, what they are at.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task KillPostmasterAsync(CancellationToken cancellationToken = default)
    {
        if (_process is not null)
            await _process.SignalAsync(UnixSignal.Kill, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops all its processes by SIGSTOP and returns when all stand still: connections stay open and hang, new ones are accepted by the system and hang.</summary>
    /// <param name="cancellationToken">Ends the wait; some processes may then stand still.</param>
    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public async Task FreezeAsync(CancellationToken cancellationToken = default)
    {
        if (!IsRunning)
            throw new InvalidOperationException($"{Name} does not run.");
        IsFrozen = true;
        await _process!.FreezeAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets a frozen server go on.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public async Task ThawAsync(CancellationToken cancellationToken = default)
    {
        if (!IsRunning)
            throw new InvalidOperationException($"{Name} does not run.");
        await _process!.ThawAsync(cancellationToken).ConfigureAwait(false);
        IsFrozen = false;
    }

    /// <summary>Has this standby replay each commit only after a delay (<c>recovery_min_apply_delay</c>); it receives and confirms WAL as before. It survives restarts.</summary>
    /// <param name="delay">The delay, in milliseconds at the finest; zero ends it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task SetReplayDelayAsync(TimeSpan delay, CancellationToken cancellationToken = default)
    {
        long milliseconds = (long)delay.TotalMilliseconds;
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds, nameof(delay));
        await ExecuteAsync(milliseconds == 0 ? "ALTER SYSTEM RESET recovery_min_apply_delay"
            : string.Create(CultureInfo.InvariantCulture, $"ALTER SYSTEM SET recovery_min_apply_delay = '{milliseconds}ms'"), cancellationToken).ConfigureAwait(false);
        await Reload.AndSeeAsync(_setup, this, Reload.ReplayDelay, milliseconds.ToString(CultureInfo.InvariantCulture), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Cuts this standby off from WAL until <see cref="UnblockReplicationAsync"/>: its WAL receiver is ended and every new one fails at its start, whoever
    /// points <c>primary_conninfo</c> wherever; across restarts too. It stays in recovery, serves reads and can be promoted; its upstream sees it gone.
    /// </summary>
    /// <remarks>
    /// <c>dynamic_library_path</c> in the node's own settings file names a folder that does not exist, so that a WAL receiver cannot load
    /// <c>libpqwalreceiver</c>. No setting by which the node is known or led changes. Libraries named by a full path or by $libdir, as extensions do, load as ever.
    /// </remarks>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task BlockReplicationAsync(CancellationToken cancellationToken = default)
    {
        _blocked = true;
        Files.WriteSettings(_blocked);
        if (!IsRunning)
            return;
        await Reload.AndSeeAsync(_setup, this, Reload.LibraryPath, NodeFiles.BlockedLibraryPath, cancellationToken).ConfigureAwait(false);
        await Reload.EndReceiverAsync(_setup, this, _process!, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends <see cref="BlockReplicationAsync"/>. The standby connects again at once, as a rule, and within <c>wal_retrieve_retry_interval</c> (5 s) at the latest.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task UnblockReplicationAsync(CancellationToken cancellationToken = default)
    {
        _blocked = false;
        Files.WriteSettings(_blocked);
        if (IsRunning)
            await Reload.AndSeeAsync(_setup, this, Reload.LibraryPath, "$libdir", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs one statement as the superuser in database postgres, over a connection of its own.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="cancellationToken">Ends the statement.</param>
    /// <exception cref="NpgsqlException">It failed, or took longer than 60 s.</exception>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken = default) => await ScalarAsync<object>(sql, cancellationToken).ConfigureAwait(false);

    /// <summary>Runs one statement as the superuser in database postgres, over a connection of its own, and returns the first column of the first row.</summary>
    /// <typeparam name="T">The type to read it as.</typeparam>
    /// <param name="sql">The statement.</param>
    /// <param name="cancellationToken">Ends the statement.</param>
    /// <returns>The value; default where it is null or there is no row.</returns>
    /// <exception cref="NpgsqlException">It failed, or took longer than 60 s.</exception>
    public Task<T?> ScalarAsync<T>(string sql, CancellationToken cancellationToken = default) =>
        SuperuserSql.FirstRowAsync(_setup, this, sql, row => row.IsDBNull(0) ? default : row.GetFieldValue<T>(0), cancellationToken);

    /// <summary>The server's log so far.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The text; empty where the server never started.</returns>
    public async Task<string> ReadLogAsync(CancellationToken cancellationToken = default) =>
        File.Exists(LogFile) ? await File.ReadAllTextAsync(LogFile, cancellationToken).ConfigureAwait(false) : "";

    /// <summary>Kills the server and gives its port back.</summary>
    internal async Task EndAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync().ConfigureAwait(false);
        _port.Dispose();
    }

    internal async Task<string> ReadLogAsync(int lines, CancellationToken cancellationToken) =>
        string.Join('\n', (await ReadLogAsync(cancellationToken).ConfigureAwait(false)).TrimEnd().Split('\n').TakeLast(lines));

    /// <summary>What <see cref="BlockReplicationAsync"/> did ends with the next start.</summary>
    internal void EndBlock()
    {
        _blocked = false;
        Files.WriteSettings(_blocked);
    }
}
