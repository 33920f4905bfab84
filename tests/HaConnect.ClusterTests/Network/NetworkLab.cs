using System.Globalization;
using System.Security.Cryptography;
using HaConnect.Cli.Drilling.Local;
using HaConnect.Operations.Processes;
using HaConnect.Testing;
using HaConnect.Testing.Hosting;
using HaConnect.Testing.Processes;

namespace HaConnect.ClusterTests.Network;

/// <summary>
/// Places (nodes, applications) with a network namespace each, on a bridge that has one of its own, so that nothing touches this
/// machine's network. What is cut is dropped where it arrives: its sender notices nothing, as with a real cut.
/// </summary>
internal sealed class NetworkLab : INodeNetwork, IAsyncDisposable
{
    private const string Bridge = "bridge";
    private static readonly Lazy<string?> WhyNotHere = new(FindWhyNot);
    private static readonly string[] Tools = ["ip", "nsenter", "iptables"];
    private readonly string _prefix = $"haconnect-{RandomNumberGenerator.GetHexString(8, lowercase: true)}-";
    private readonly IReadOnlyList<string> _places;
    private readonly IReadOnlySet<string> _behindLinks;
    private Watchdog? _watchdog;

    private NetworkLab(IReadOnlyList<string> places, IReadOnlySet<string> behindLinks) => (_places, _behindLinks) = (places, behindLinks);

    /// <summary>Why there can be no such networks here; null where there can.</summary>
    internal static string? WhyNot => WhyNotHere.Value;

    /// <param name="places">Their names.</param>
    /// <param name="behindLinks">Nodes whose servers listen on their own loopback only: a <c>link</c> process has to stand before each.</param>
    internal static async Task<NetworkLab> CreateAsync(IReadOnlyList<string> places, IReadOnlySet<string>? behindLinks = null)
    {
        var lab = new NetworkLab(places, behindLinks ?? new HashSet<string>(StringComparer.Ordinal));
        lab._watchdog = await Watchdog.StartAsync(DrillNetwork.Cleanup, lab._prefix, lab.Exists, TimeSpan.FromSeconds(30), CancellationToken.None);
        try
        {
            var bridge = lab._prefix + Bridge;
            await ShellAsync($"ip netns add {bridge}; ip -n {bridge} link add br0 type bridge; ip -n {bridge} link set br0 up\n" + string.Concat(places.Select((place, i) => $"""
                ip netns add {lab._prefix}{place}
                ip -n {bridge} link add v{i} type veth peer name eth0 netns {lab._prefix}{place}
                ip -n {bridge} link set v{i} master br0 up
                ip -n {lab._prefix}{place} addr add {lab.AddressOf(place)}/24 dev eth0
                ip -n {lab._prefix}{place} link set eth0 up
                ip -n {lab._prefix}{place} link set lo up

                """)));
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    public string AddressOf(string node) => string.Create(CultureInfo.InvariantCulture, $"10.99.0.{1 + Index(node)}");

    public string ListenAddressOf(string node) => _behindLinks.Contains(node) ? "127.0.0.1" : AddressOf(node);

    public string NamespaceOf(string node) => $"/run/netns/{_prefix}{_places[Index(node)]}";

    /// <summary>Told of every node and its port, before its server starts: so that a link can stand before it.</summary>
    internal Action<string, int> OnPortTaken { get; set; } = (_, _) => { };

    public void PortTaken(string node, int port) => OnPortTaken(node, port);

    /// <summary>What the first sends does not reach the second any more; the other way is left as it is.</summary>
    internal Task CutOneWayAsync(string from, string to) => ShellAsync(Drop(to, [from]));

    /// <summary>Cuts all between two groups, both ways.</summary>
    internal Task CutAsync(IReadOnlyCollection<string> group, IReadOnlyCollection<string> other) =>
        ShellAsync(string.Concat(group.Select(place => Drop(place, other))) + string.Concat(other.Select(place => Drop(place, group))));

    /// <summary>Cuts a group off from all the others.</summary>
    internal Task IsolateAsync(params string[] group) => CutAsync(group, [.. _places.Except(group, StringComparer.Ordinal)]);

    /// <summary>Takes a place's interface down, or up again.</summary>
    internal Task SetInterfaceAsync(string place, bool up) => ShellAsync($"ip -n {_prefix}{_places[Index(place)]} link set eth0 {(up ? "up" : "down")}\n");

    /// <summary>Ends every cut.</summary>
    internal Task MendAsync() => ShellAsync(string.Concat(_places.Select(place => $"nsenter --net={NamespaceOf(place)} iptables -w -F INPUT\n")));

    public async ValueTask DisposeAsync()
    {
        if (_watchdog is not null)
            await _watchdog.DisposeAsync();
    }

    private static string? FindWhyNot()
    {
        if (!OperatingSystem.IsLinux())
            return "network namespaces exist on Linux only";
        if (!Environment.IsPrivilegedProcess)
            return "network namespaces need root: run the tests as root";
        var missing = Tools.Where(tool => !IsInstalled(tool)).ToList();
        if (missing.Count > 0)
            return $"{string.Join(" and ", missing)} {(missing.Count == 1 ? "is" : "are")} not installed (eng/install-fault-tools.sh installs what is needed)";
        const string Try = "ip netns add haconnect-try-$$ && { nsenter --net=/run/netns/haconnect-try-$$ iptables -w -A INPUT -s 10.99.0.1 -j DROP; r=$?; ip netns del haconnect-try-$$; exit $r; }";
        var tried = Tool.RunAsync("/bin/sh", ["-c", Try]).GetAwaiter().GetResult();
        return tried.ExitCode == 0 ? null : $"network namespaces cannot be made here: {tried.Output.Trim()}";
    }

    private static bool IsInstalled(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, tool)));

    private string Drop(string at, IReadOnlyCollection<string> from) =>
        from.Count == 0 ? "" : $"nsenter --net={NamespaceOf(at)} iptables -w -A INPUT -s {string.Join(',', from.Select(AddressOf))} -j DROP\n";

    private bool Exists() => Directory.Exists("/run/netns") && Directory.EnumerateFiles("/run/netns", _prefix + "*").Any();

    private int Index(string place)
    {
        for (var i = 0; i < _places.Count; i++)
        {
            if (_places[i] == place)
                return i;
        }

        throw new PostgresClusterException($"The network has no place {place}; it has {string.Join(", ", _places)}.");
    }

    private static async Task ShellAsync(string script) =>
        (await Tool.RunAsync("/bin/sh", ["-e", "-c", script])).ThrowIfFailed("a script of the network lab");
}
