using HaConnect.Testing.Processes;

namespace HaConnect.ClusterTests.Network;

/// <summary>The cuts do what they say, and nothing is left of a network.</summary>
public sealed class NetworkLabTests
{
    [Fact]
    public async Task CutOneWay_Datagrams_ArriveTheOtherWayOnly()
    {
        Assert.SkipWhen(NetworkLab.WhyNot is not null, NetworkLab.WhyNot ?? "");
        await using var network = await NetworkLab.CreateAsync(["a", "b", "c"]);
        await network.CutOneWayAsync("a", "b");

        Assert.Equal((0, 1, 1), (await ArrivedAsync(network, "a", "b"), await ArrivedAsync(network, "b", "a"), await ArrivedAsync(network, "a", "c")));
    }

    [Fact]
    public async Task Isolate_Group_HearsItselfAndNobodyElseUntilMended()
    {
        Assert.SkipWhen(NetworkLab.WhyNot is not null, NetworkLab.WhyNot ?? "");
        await using var network = await NetworkLab.CreateAsync(["a", "b", "c"]);
        await network.IsolateAsync("a", "b");

        Assert.Equal((1, 0, 0), (await ArrivedAsync(network, "a", "b"), await ArrivedAsync(network, "a", "c"), await ArrivedAsync(network, "c", "b")));
        await network.MendAsync();
        Assert.Equal((1, 1), (await ArrivedAsync(network, "a", "c"), await ArrivedAsync(network, "c", "b")));
    }

    [Fact]
    public async Task Dispose_RunningProcesses_LeavesNoNamespaceAndNoProcess()
    {
        Assert.SkipWhen(NetworkLab.WhyNot is not null, NetworkLab.WhyNot ?? "");
        var network = await NetworkLab.CreateAsync(["a"]);
        var place = network.NamespaceOf("a");
        var sleeping = Tool.Start(Tool.Prepare("nsenter", [$"--net={place}", "--", "sleep", "600"], null, null));

        await network.DisposeAsync();

        Assert.False(File.Exists(place));
        await sleeping.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Empty(Directory.EnumerateFiles("/run/netns", Path.GetFileName(place)[..^1] + "*"));
    }

    /// <summary>How many of one datagram come through; they are counted behind the rules that drop.</summary>
    private static async Task<int> ArrivedAsync(NetworkLab network, string from, string to)
    {
        const string Script = """
            nsenter --net="$2" iptables -w -A INPUT -p udp --dport 9 -j ACCEPT
            nsenter --net="$1" bash -c 'echo x >/dev/udp/'"$3"'/9'
            for i in 1 2 3 4 5 6 7 8 9 10; do
              n=$(nsenter --net="$2" iptables -w -vxnL INPUT | awk '/udp dpt:9/ { print $1 }')
              [ "$n" = 0 ] || break
              sleep 0.05
            done
            nsenter --net="$2" iptables -w -D INPUT -p udp --dport 9 -j ACCEPT
            echo "$n"
            """;
        var result = await Tool.RunAsync("/bin/sh", ["-e", "-c", Script, "sh", network.NamespaceOf(from), network.NamespaceOf(to), network.AddressOf(to)]);
        result.ThrowIfFailed("sending a datagram");
        return int.Parse(result.Output.Trim(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
