using System.Diagnostics;
using HaConnect.Operations;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Operations.Backups;

/// <summary>Barman on this machine: installed, or unpacked by eng/install-backup-tools.sh. For one server, main, with all that it has in the cluster's folder.</summary>
internal sealed class Barman : IAsyncDisposable
{
    private readonly BackedUpCluster _its;
    private Process? _receiver;

    private Barman(BackedUpCluster its) => _its = its;

    /// <summary>Null where it is not here.</summary>
    internal static string? Program { get; } = ((string?[])[.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(f => Path.Combine(f, "barman")), Environment.GetEnvironmentVariable("HACONNECT_BACKUP_TOOLS") is { Length: > 0 } tools ? Path.Combine(tools, "barman") : null, "/var/tmp/haconnect-backup-tools/barman"])
        .FirstOrDefault(File.Exists);

    internal string Config => Path.Combine(_its.Root, "barman.conf");

    /// <summary>Where its archive is.</summary>
    internal string Wal => Path.Combine(_its.Root, "barman/main/wals");

    internal static PostgresClusterOptions Options(bool streams)
    {
        var options = BackedUpCluster.Options();
        if (streams)
            (options.Settings["archive_mode"], options.Settings["archive_command"]) = ("off", "");
        else // under its name only when it is whole: Barman takes what lies there
            options.Settings["archive_command"] = "mkdir -p ../barman/main/incoming && cp \"%p\" \"../barman/%f\" && mv \"../barman/%f\" ../barman/main/incoming/";
        return options;
    }

    /// <summary>Configured as its manual has it for backups by the stream, and, where WAL comes that way, with its receiver at work, as <c>barman cron</c> starts it.</summary>
    internal static async Task<Barman> StartAsync(BackedUpCluster its, bool streams, string more = "")
    {
        var made = new Barman(its);
        var (superuser, replication) = (its.Cluster.Superuser, its.Cluster.Replication);
        var user = await its.Programs.RunToSuccessAsync("id", ["-un"], null, its.Root, TestContext.Current.CancellationToken);
        var server = $"host=127.0.0.1 port={its.Cluster["n1"].Port} dbname=postgres";
        await File.WriteAllTextAsync(made.Config, $"""
            [barman]
            barman_user = {user.Trim()}
            barman_home = {its.Root}/barman
            barman_lock_directory = {its.Root}/barman
            log_file = {its.Root}/barman/barman.log
            [main]
            description = main
            conninfo = {server} user={superuser.User} password={superuser.Password}
            streaming_conninfo = {server} user={replication.User} password={replication.Password}
            backup_method = postgres
            immediate_checkpoint = true
            path_prefix = {BackedUpCluster.ProgramDirectory}
            streaming_archiver = {(streams ? "on" : "off")}
            archiver = {(streams ? "off" : "on")}
            {(streams ? "slot_name = barman" : "")}
            {more}
            """, TestContext.Current.CancellationToken);
        await its.Programs.RunToSuccessAsync("mkdir", ["-p", $"{its.Root}/barman"], null, its.Root, TestContext.Current.CancellationToken);
        if (!streams)
            return made;
        await made.RunAsync("receive-wal", "--create-slot", "main");
        made._receiver = Process.Start(its.Programs.Prepare("/bin/sh", ["-c", "exec \"$0\" -c \"$1\" receive-wal main >receiver.log 2>&1", Program!, made.Config], null, its.Root))!;
        try
        {
            // Segments that end before are not its.
            await ClusterTest.UntilAsync("WAL is received", async () => await its.Cluster["n1"].ScalarAsync<bool>("SELECT active FROM pg_replication_slots WHERE slot_name = 'barman'", TestContext.Current.CancellationToken)
                || (made._receiver.HasExited ? throw new InvalidOperationException(await File.ReadAllTextAsync(Path.Combine(its.Root, "receiver.log"), TestContext.Current.CancellationToken)) : false));
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }

        return made;
    }

    internal Task<string> RunAsync(params string[] arguments) =>
        _its.Programs.RunToSuccessAsync(Program!, ["-c", Config, .. arguments], null, _its.Root, TestContext.Current.CancellationToken);

    /// <returns>Its id.</returns>
    internal async Task<string> TakeAsync()
    {
        await RunAsync("switch-wal", "--force", "--archive", "--archive-timeout", "60", "main"); // it takes none before WAL has come
        await RunAsync("backup", "--wait", "main");
        return Path.GetFileName(Directory.EnumerateDirectories(Path.Combine(_its.Root, "barman/main/base")).Max(StringComparer.Ordinal)!);
    }

    /// <summary>While what came is put into the archive, as <c>barman cron</c> does each minute.</summary>
    internal async Task<T> WhileArchivingAsync<T>(Task<T> work)
    {
        await ClusterTest.UntilAsync("the work beside the archiving ends", async () =>
        {
            if (!work.IsCompleted)
                await RunAsync("archive-wal", "main");
            return work.IsCompleted;
        }, TimeSpan.FromMinutes(10));
        return await work;
    }

    /// <summary>A segment that has been put into the archive.</summary>
    internal string PathOf(string segment) => Path.Combine(Wal, segment[..16], segment);

    internal void Name(BackupRepositoryOptions options)
    {
        (options.Folder, options.WalFolder) = (null, null);
        (options.BarmanServer, options.BarmanConfig, options.BarmanCommand) = ("main", Config, [Program!]);
    }

    /// <summary>Ends the receiver, as Barman does it.</summary>
    internal async Task StopAsync()
    {
        if (_receiver is not { } receiver)
            return;
        if (!receiver.HasExited)
            await _its.Programs.RunAsync(Program!, ["-c", Config, "receive-wal", "--stop", "main"], null, _its.Root, CancellationToken.None);
        await receiver.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        finally
        {
            if (_receiver?.HasExited == false)
                _receiver.Kill(entireProcessTree: true);
            _receiver?.Dispose();
        }
    }
}
