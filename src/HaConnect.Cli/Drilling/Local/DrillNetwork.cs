using System.Globalization;
using System.Security.Cryptography;
using HaConnect.Operations.Processes;
using HaConnect.Testing.Hosting;
using HaConnect.Testing.Processes;

namespace HaConnect.Cli.Drilling.Local;

/// <summary>
/// Places (nodes, an agent) with a network namespace each, on a bridge that has one of its own. This machine gets one more interface, of a network that is set aside for such trials (RFC 2544), by
/// which the drill's own process reaches them; it goes with the bridge. A place is cut off by taking its end of the bridge down: what it sends arrives nowhere, and nobody is told.
/// </summary>
internal sealed class DrillNetwork : INodeNetwork, IAsyncDisposable
{
    /// <summary>Removes the network namespaces whose names begin with $1, and every process in them, when standard input ends: when they are disposed, or their process has died, by whatever cause.</summary>
    internal const string Cleanup = """
        prefix=$1
        case $prefix in haconnect-*-) ;; *) exit 2 ;; esac
        trap '' HUP INT TERM
        cd /

        watch() {
          while read -r _; do :; done
          for namespace in $(ip netns list | awk -v p="$prefix" 'index($1, p) == 1 { print $1 }'); do
            turns=0
            while [ $turns -lt 100 ]; do
              pids=$(ip netns pids "$namespace")
              [ -n "$pids" ] || break
              kill -9 $pids 2>/dev/null
              turns=$((turns + 1))
              sleep 0.05
            done
            ip netns del "$namespace"
          done
        }

        exec 3<&0
        ( watch <&3 3<&- >/dev/null 2>&1 ) &
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly string[] s_tools = ["ip", "nsenter"];

    private readonly string _id = RandomNumberGenerator.GetHexString(8, lowercase: true);
    private readonly int _subnet = RandomNumberGenerator.GetInt32(1, 255);
    private readonly IReadOnlyList<string> _places;
    private Watchdog? _watchdog;

    private DrillNetwork(IReadOnlyList<string> places) => _places = places;

    private string Prefix => $"haconnect-drill-{_id}-";

    private string Bridge => Prefix + "bridge";

    /// <summary>Why there can be no such networks here; null where there can.</summary>
    internal static string? WhyNot()
    {
        if (!OperatingSystem.IsLinux())
            return "network namespaces exist on Linux only";
        if (!Environment.IsPrivilegedProcess)
            return "network namespaces need root";
        var missing = s_tools.Where(tool => !IsInstalled(tool)).ToList();
        return missing.Count == 0 ? null : $"{string.Join(" and ", missing)} {(missing.Count == 1 ? "is" : "are")} not installed";
    }

    internal static async Task<DrillNetwork> CreateAsync(IReadOnlyList<string> places, CancellationToken cancellationToken)
    {
        var network = new DrillNetwork(places);
        network._watchdog = await Watchdog.StartAsync(Cleanup, network.Prefix, network.Exists, s_patience, cancellationToken);
        try
        {
            await ShellAsync(network.Script());
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    public string AddressOf(string node) => Address(1 + Index(node));

    public string ListenAddressOf(string node) => AddressOf(node);

    public string NamespaceOf(string node) => $"/run/netns/{Prefix}{_places[Index(node)]}";

    public void PortTaken(string node, int port)
    {
        // Every port is free in a network of its own.
    }

    /// <summary>Cuts places off from everybody.</summary>
    internal Task CutAsync(IEnumerable<string> places) => ShellAsync(string.Concat(places.Select(p => $"ip -n {Bridge} link set v{Number(Index(p))} down\n")));

    internal Task MendAsync() => ShellAsync(string.Concat(_places.Select((_, i) => $"ip -n {Bridge} link set v{Number(i)} up\n")));

    public async ValueTask DisposeAsync()
    {
        if (_watchdog is not null)
            await _watchdog.DisposeAsync();
    }

    private string Script() => $"""
        ip netns add {Bridge}
        ip -n {Bridge} link add br0 type bridge
        ip -n {Bridge} link set br0 up
        ip link add hd{_id} type veth peer name host0 netns {Bridge}
        ip -n {Bridge} link set host0 master br0 up
        ip addr add {Address(254)}/24 dev hd{_id}
        ip link set hd{_id} up

        """ + string.Concat(_places.Select((place, i) => $"""
        ip netns add {Prefix}{place}
        ip -n {Bridge} link add v{Number(i)} type veth peer name eth0 netns {Prefix}{place}
        ip -n {Bridge} link set v{Number(i)} master br0 up
        ip -n {Prefix}{place} addr add {AddressOf(place)}/24 dev eth0
        ip -n {Prefix}{place} link set eth0 up
        ip -n {Prefix}{place} link set lo up

        """));

    private string Address(int host) => string.Create(CultureInfo.InvariantCulture, $"198.18.{_subnet}.{host}");

    private bool Exists() => Directory.Exists("/run/netns") && Directory.EnumerateFiles("/run/netns", Prefix + "*").Any();

    private int Index(string place) => _places.Index().First(p => p.Item == place).Index;

    private static bool IsInstalled(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, tool)));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task ShellAsync(string script) =>
        (await HaConnect.Testing.Processes.Tool.RunAsync("/bin/sh", ["-e", "-c", script])).ThrowIfFailed("a script of the drill's network");
}
