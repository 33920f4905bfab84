using System.Globalization;
using System.Net;
using HaConnect.Operations.Processes;
using HaConnect.Testing.Hosting;
using HaConnect.Testing.Processes;

namespace HaConnect.Testing.Setup;

/// <summary>
/// Makes and starts the servers of a cluster. initdb runs afresh for each cluster and each witness: it takes 0.7 s, and its system
/// identifier must be no other cluster's, which a shared template could not give. Standbys are copies of the first primary before its first start.
/// </summary>
internal static class ClusterBuilder
{
    /// <summary>How long a cluster's removal may take.</summary>
    private static readonly TimeSpan s_removal = TimeSpan.FromSeconds(30);

    public static async Task<PostgresCluster> StartAsync(PostgresClusterOptions options, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await TryStartAsync(options, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresClusterException e) when (attempt < 3 && e.Message.Contains("Address already in use", StringComparison.Ordinal))
            {
                // Somebody took the port between our look and the server's start: all over again with others.
            }
        }
    }

    private static async Task<PostgresCluster> TryStartAsync(PostgresClusterOptions options, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            throw new PlatformNotSupportedException("HaConnect.Testing freezes and kills servers by Unix signals: it runs on Linux and macOS.");
        UnixUser user = await UnixUser.ResolveAsync(cancellationToken).ConfigureAwait(false);
        ClusterSetup setup = await SetUpAsync(options, user, cancellationToken).ConfigureAwait(false);
        List<PostgresNode> nodes = [], witnesses = [];
        PostgresCluster cluster = new(setup, nodes, witnesses);
        try
        {
            // In a network of its own a node finds every port free.
            IPAddress? address = options.Network is null ? IPAddress.Parse(options.ListenAddress) : null;
            nodes.AddRange(Enumerable.Range(1, 1 + options.Standbys).Select(i => new PostgresNode(setup, $"n{i}", PortReservation.Take(address))));
            witnesses.AddRange(Enumerable.Range(1, options.Witnesses).Select(i => new PostgresNode(setup, $"w{i}", PortReservation.Take(address))));
            foreach (PostgresNode node in nodes.Concat(witnesses))
                options.Network?.PortTaken(node.Name, node.Port);
            await Task.WhenAll([StartDataNodesAsync(setup, nodes, cancellationToken), .. witnesses.Select(witness => StartWitnessAsync(setup, witness, cancellationToken))]).ConfigureAwait(false);
            await cluster.WaitUntilStreamingAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<Watchdog> StartWatchdogAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            return await Watchdog.StartAsync(folder, s_removal, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidOperationException e)
        {
            throw new PostgresClusterException(e.Message, e);
        }
    }

    private static async Task<ClusterSetup> SetUpAsync(PostgresClusterOptions options, UnixUser user, CancellationToken cancellationToken)
    {
        string? binDirectory = options.Image is null ? PostgresBinaries.Find(options.BinDirectory) : null;
        string folder = await MakeFolderAsync(user, cancellationToken).ConfigureAwait(false);
        Watchdog watchdog = await StartWatchdogAsync(folder, cancellationToken).ConfigureAwait(false);
        try
        {
            IPostgresHost host = binDirectory is not null
                ? new LocalHost(binDirectory, await PostgresBinaries.MajorVersionAsync(binDirectory, cancellationToken).ConfigureAwait(false), user)
                : await StartContainersAsync(options, folder, user, cancellationToken).ConfigureAwait(false);
            return new ClusterSetup(options, host, user, folder, watchdog);
        }
        catch
        {
            await watchdog.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Not async: a native program that has switched containers off is compiled without what is behind this branch.
    private static Task<IPostgresHost> StartContainersAsync(PostgresClusterOptions options, string folder, UnixUser user, CancellationToken cancellationToken) =>
        Containers.AreSupported ? StartDockerAsync(options, folder, user, cancellationToken)
            : throw new PostgresClusterException(PostgresBinaries.NotFoundMessage("This program starts no containers."));

    private static async Task<IPostgresHost> StartDockerAsync(PostgresClusterOptions options, string folder, UnixUser user, CancellationToken cancellationToken)
    {
        try
        {
            return await DockerHost.StartAsync(options.Image ?? DockerHost.DefaultImage, folder, user, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresClusterException e) when (options.Image is null)
        {
            throw new PostgresClusterException(PostgresBinaries.NotFoundMessage(e.Message), e);
        }
    }

    /// <summary>Mode 700, owned by the servers' user; the watchdog goes by the prefix.</summary>
    private static async Task<string> MakeFolderAsync(UnixUser user, CancellationToken cancellationToken)
    {
        string template = Path.Combine(Path.GetTempPath(), "haconnect-pg-XXXXXXXX");
        ToolResult made = await Tool.RunAsync("mktemp", ["-d", template], user.SwitchTo, cancellationToken: cancellationToken).ConfigureAwait(false);
        made.ThrowIfFailed($"mktemp -d {template}");
        // The servers' processes are found by their working folder, which the system names without links (macOS: /tmp is one).
        ToolResult real = await Tool.RunAsync("/bin/sh", ["-c", "cd \"$1\" && pwd -P", "sh", made.Output.Trim()], cancellationToken: cancellationToken).ConfigureAwait(false);
        real.ThrowIfFailed("pwd -P");
        return real.Output.Trim();
    }

    private static async Task StartDataNodesAsync(ClusterSetup setup, List<PostgresNode> nodes, CancellationToken cancellationToken)
    {
        PostgresNode first = nodes[0];
        await InitializeAsync(setup, first, witness: false, cancellationToken).ConfigureAwait(false);
        IEnumerable<PostgresNode> standbys = nodes.Skip(1);
        await Task.WhenAll(standbys.Select(standby => CopyAsync(setup, first, standby, cancellationToken))).ConfigureAwait(false);
        int synchronous = Math.Min(setup.Options.SynchronousStandbys, setup.Options.Standbys);
        if (synchronous > 0)
            first.Files.WriteSynchronousNames(string.Create(CultureInfo.InvariantCulture, $"ANY {synchronous} ({string.Join(',', standbys.Select(s => $"\"{s.Name}\""))})"));
        await first.StartAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(standbys.Select(standby => standby.StartAsync(cancellationToken))).ConfigureAwait(false);
    }

    private static async Task StartWitnessAsync(ClusterSetup setup, PostgresNode witness, CancellationToken cancellationToken)
    {
        await InitializeAsync(setup, witness, witness: true, cancellationToken).ConfigureAwait(false);
        await witness.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task InitializeAsync(ClusterSetup setup, PostgresNode node, bool witness, CancellationToken cancellationToken)
    {
        // trust is only for initdb, which would ask for a password otherwise: WriteAccess replaces the file before the first start.
        string[] arguments = ["-D", node.DataDirectory, "-U", setup.Superuser.User, "--no-sync", "--no-locale", "-E", "UTF8", "--auth=trust", .. setup.Options.DataChecksums ? (string[])["--data-checksums"] : []];
        (await setup.Host.RunAsync("initdb", arguments, null, "", cancellationToken).ConfigureAwait(false)).ThrowIfFailed("initdb");
        node.Files.WriteAccess();
        node.Files.WriteSettings(blocked: false);
        await ClusterRoles.CreateAsync(setup, node.DataDirectory, witness, cancellationToken).ConfigureAwait(false);
    }

    private static async Task CopyAsync(ClusterSetup setup, PostgresNode first, PostgresNode standby, CancellationToken cancellationToken)
    {
        ToolResult copied = await Tool.RunAsync("cp", ["-a", first.DataDirectory, standby.DataDirectory], setup.User.SwitchTo, cancellationToken: cancellationToken).ConfigureAwait(false);
        copied.ThrowIfFailed($"cp -a {first.DataDirectory} {standby.DataDirectory}");
        standby.Files.WriteSettings(blocked: false);
        standby.Files.WriteStandby(first.Host, first.Port);
    }
}
