using System.Diagnostics;
using HaConnect.Operations.Processes;
using HaConnect.Operations.Rejoining;
using Npgsql;
using NpgsqlTypes;

namespace HaConnect.Operations.Backups;

/// <summary>The server of a copy, a child of this process. What is left of it when this process dies goes with its folder.</summary>
internal sealed class CopyServer : IDisposable
{
    // Out of the terminal's process group, whose Ctrl-C would reach it; so that the shell's successor is the child itself.
    private const string Launch = """
        exec >>"$1" 2>&1 </dev/null; shift; if command -v setsid >/dev/null; then exec setsid "$@"; fi; exec "$@"
        """;

    private const string StateSql = """
        SELECT pg_catalog.pg_is_in_recovery() AND pg_catalog.pg_is_wal_replay_paused(), pg_catalog.pg_last_wal_replay_lsn(), pg_catalog.pg_last_xact_replay_timestamp(),
               (SELECT c.system_identifier FROM pg_catalog.pg_control_system() c)
        """;

    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(50);

    private readonly RestorePlace _place;
    private readonly HostPrograms _programs;
    private readonly string _username;
    private readonly Process _process;

    private CopyServer(RestorePlace place, HostPrograms programs, string username, Process process) => (_place, _programs, _username, _process) = (place, programs, username, process);

    internal static async Task<CopyServer> StartAsync(RestorePlace place, HostPrograms programs, ControlData control, DrillTarget target, string? restoreCommand, BackupDrillOptions options, CancellationToken cancellationToken)
    {
        await programs.RunToSuccessAsync("/bin/sh", ["-c", "cd \"$1\" && touch recovery.signal && rm -f standby.signal postmaster.pid", "sh", place.Data], null, place.Root, cancellationToken).ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(place.Root, "copy.conf"), "", cancellationToken).ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(place.Root, "copy_ident.conf"), "", cancellationToken).ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(place.Root, "copy_hba.conf"), "local all all trust\n", cancellationToken).ConfigureAwait(false); // by a socket in a folder that nobody else may enter
        var start = programs.Prepare("/bin/sh", ["-c", Launch, "sh", place.Log, programs.PathOf("postgres"), "-D", place.Data, .. CopySettings.Arguments(place, control, target, restoreCommand, options.ServerSettings)], null, place.Data);
        return new CopyServer(place, programs, options.CopyUsername, HostPrograms.Start(start));
    }

    internal bool IsRunning => !_process.HasExited;

    internal async Task<RecoveryLog> ReadLogAsync(CancellationToken cancellationToken) => new(File.Exists(_place.Log) ? await File.ReadAllTextAsync(_place.Log, cancellationToken).ConfigureAwait(false) : "");

    internal NpgsqlDataSource Connect(string database) => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
    {
        Host = _place.Root,
        Port = 5432,
        Username = _username,
        Database = database,
        Pooling = false,
        CommandTimeout = 0,
        ApplicationName = "haconnect-backup-drill",
    });

    /// <summary>Waits until recovery stands still or the server has ended.</summary>
    /// <returns>Null where it has ended.</returns>
    /// <exception cref="TimeoutException">Neither in time.</exception>
    internal async Task<CopyState?> WaitAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        var source = Connect("template1");
        await using var _ = source.ConfigureAwait(false);
        while (true)
        {
            if (!IsRunning)
                return null;
            var state = await TryReadAsync(source, cancellationToken).ConfigureAwait(false);
            if (state is { IsPaused: true })
                return state;
            if (time.GetElapsedTime(startedAt) > patience)
                throw new TimeoutException($"The copy is not recovered after {Words.Of(patience)} (RecoveryTimeout){(state is null ? "" : $": it is at {state.Lsn}, and the last commit replayed is of {(state.LastCommit is { } at ? Words.Of(at) : "no known time")}")}.");
            await Task.Delay(s_turn, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>In good order.</summary>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        if (IsRunning)
            await _programs.RunToSuccessAsync("pg_ctl", ["stop", "-D", _place.Data, "-m", "fast", "-w", "-t", "300"], null, _place.Root, cancellationToken).ConfigureAwait(false);
        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _process.Dispose();

    /// <summary>Null while it does not answer: it does from the end of the backup on.</summary>
    private static async Task<CopyState?> TryReadAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        try
        {
            var command = source.CreateCommand(StateSql);
            await using var ofCommand = command.ConfigureAwait(false);
            var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var ofRow = row.ConfigureAwait(false);
            await row.ReadAsync(cancellationToken).ConfigureAwait(false);
            return new(!row.IsDBNull(0) && row.GetBoolean(0), row.IsDBNull(1) ? NpgsqlLogSequenceNumber.Invalid : row.GetFieldValue<NpgsqlLogSequenceNumber>(1), row.IsDBNull(2) ? null : row.GetFieldValue<DateTimeOffset>(2), (ulong)row.GetInt64(3));
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidAuthorizationSpecification)
        {
            throw new ArgumentException($"CopyUsername does not get into the copy: {e.MessageText}. Name a superuser of the cluster.", nameof(source), e);
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }
}
