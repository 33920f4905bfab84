using System.Globalization;
using HaConnect.Testing.Processes;

namespace HaConnect.Testing.Setup;

/// <summary>Brings one node back behind the primary: see <see cref="PostgresCluster.RejoinAsync"/>.</summary>
internal sealed class Rejoiner(ClusterSetup setup, IReadOnlyList<PostgresNode> nodes, PostgresNode node)
{
    private static readonly TimeSpan PatienceAfterRewind = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PatienceToStop = TimeSpan.FromSeconds(10);

    public async Task<RejoinResult> RunAsync(CancellationToken cancellationToken)
    {
        await StopAsync(cancellationToken).ConfigureAwait(false);
        NodeState primary = (await ClusterState.ObserveAsync(setup, nodes, cancellationToken).ConfigureAwait(false)).Primary;
        int timeline = primary.Timeline ?? throw new PostgresClusterException($"The primary does not say its timeline: {primary}");

        string? against = WhyNotRewind(timeline) ?? await RewindAsync(primary.Node, timeline, cancellationToken).ConfigureAwait(false);
        if (against is null)
            return new RejoinResult(RejoinMethod.Rewind, $"timeline 1 is the common past of {node.Name} and {primary.Node.Name}", timeline);
        await TakeBaseBackupAsync(primary.Node, cancellationToken).ConfigureAwait(false);
        await StartBehindAsync(primary.Node, setup.Options.StartTimeout, cancellationToken).ConfigureAwait(false);
        return new RejoinResult(RejoinMethod.BaseBackup, against, timeline);
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        if (node is { IsRunning: true, IsFrozen: false })
        {
            using CancellationTokenSource patience = new(PatienceToStop, TimeProvider.System);
            using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            try
            {
                await node.StopAsync(StopMode.Fast, both.Token).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // A fast stop waits for standbys that may hang; what it has is thrown away anyhow, so killing it below loses nothing.
            }
        }
        await node.KillAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>PostgreSQL and pg_rewind take equal timeline numbers for one history, which they need not be.</summary>
    private string? WhyNotRewind(int primaryTimeline)
    {
        int own = NewestTimeline();
        if (own > 1)
            return $"{node.Name} knows timeline {own}, made by a promotion: two nodes can give that number to different histories, and pg_rewind cannot tell";
        bool wasStandby = File.Exists(Path.Combine(node.DataDirectory, "standby.signal"));
        return !wasStandby && own >= primaryTimeline ? $"{node.Name} was out of recovery on timeline {own}, which is the primary's too" : null;
    }

    /// <summary>From the names of WAL segments and history files: the control file lags behind a promotion until the next checkpoint.</summary>
    private int NewestTimeline() =>
        Directory.EnumerateFiles(Path.Combine(node.DataDirectory, "pg_wal"))
            .Select(Path.GetFileName)
            .Where(name => name!.Length == 24 || name.EndsWith(".history", StringComparison.Ordinal))
            .Select(name => int.TryParse(name.AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int timeline) ? timeline : 1)
            .Append(1).Max();

    /// <returns>Null when the node streams, else why it does not.</returns>
    private async Task<string?> RewindAsync(PostgresNode primary, int timeline, CancellationToken cancellationToken)
    {
        // Before 16 pg_rewind reads the source's timeline from its control file, which lags behind a promotion until a checkpoint.
        await primary.ExecuteAsync("CHECKPOINT", cancellationToken).ConfigureAwait(false);
        string source = string.Create(CultureInfo.InvariantCulture, $"host={setup.OwnWayTo(primary)} port={primary.Port} user={setup.Superuser.User} dbname=postgres");
        ToolResult rewind = await RunAsync("pg_rewind", ["--target-pgdata", node.DataDirectory, "--source-server", source, "--no-sync"], setup.Superuser, cancellationToken).ConfigureAwait(false);
        if (rewind.ExitCode != 0)
            return $"pg_rewind failed: {rewind.Output.Trim()}";
        try
        {
            await StartBehindAsync(primary, PatienceAfterRewind, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is TimeoutException or PostgresClusterException)
        {
            await node.KillAsync(cancellationToken).ConfigureAwait(false);
            return $"after pg_rewind it did not stream on timeline {timeline}: {e.Message}";
        }
    }

    private async Task TakeBaseBackupAsync(PostgresNode primary, CancellationToken cancellationToken)
    {
        string fresh = node.DataDirectory + ".new";
        if (Directory.Exists(fresh))
            Directory.Delete(fresh, recursive: true);
        string[] arguments = ["-D", fresh, "-c", "fast", "-X", "stream", "--no-sync", "-w", "-h", setup.OwnWayTo(primary), "-p", primary.Port.ToString(CultureInfo.InvariantCulture), "-U", setup.Replication.User];
        (await RunAsync("pg_basebackup", arguments, setup.Replication, cancellationToken).ConfigureAwait(false)).ThrowIfFailed("pg_basebackup");
        Directory.Delete(node.DataDirectory, recursive: true);
        Directory.Move(fresh, node.DataDirectory);
    }

    private async Task StartBehindAsync(PostgresNode primary, TimeSpan timeout, CancellationToken cancellationToken)
    {
        node.RestampFiles(primary);
        await node.StartAsync(cancellationToken).ConfigureAwait(false);
        await Poll.UntilAsync($"streaming of {node.Name} from {primary.Name}", async ct => (await ClusterState.ObserveAsync(setup, nodes, ct).ConfigureAwait(false)).StreamingProblem(node),
            timeout, TimeSpan.FromMilliseconds(25), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The password goes by the environment, for arguments can be read by every user of the machine.</summary>
    private Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, PostgresCredentials credentials, CancellationToken cancellationToken) =>
        setup.Host.RunAsync(program, arguments, new Dictionary<string, string>(StringComparer.Ordinal) { ["PGPASSWORD"] = credentials.Password }, "", cancellationToken);
}
