namespace HaConnect.Operations.Drills.Load;

/// <summary>What a step did to a node; null is not known, and <paramref name="WhyNot"/> says why.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Cpu">How busy its processors were, 0 to 1.</param>
/// <param name="IoWait">The share of their time in which they were idle while something waited for a disk, 0 to 1.</param>
/// <param name="ServerIoWait">For how many seconds in each second the server's processes waited for reads and writes, together.</param>
/// <param name="DiskBusy">How busy the busiest disk was, 0 to 1.</param>
/// <param name="FreeBytes">What can still be written where the data directory is, at the end.</param>
/// <param name="DatabaseBytes">The size of the databases at the end.</param>
/// <param name="WalPerSecond">Bytes of WAL written or replayed in a second.</param>
/// <param name="WhyNot">Why something is not known; null where all is.</param>
internal sealed record NodeUse(string Node, double? Cpu, double? IoWait, double? ServerIoWait, double? DiskBusy, double? FreeBytes, long? DatabaseBytes, double? WalPerSecond, string? WhyNot)
{
    /// <summary>From what was there before a step and after it. Pure.</summary>
    internal static NodeUse Between(string node, NodeLoadSample before, NodeLoadSample after, TimeSpan took)
    {
        var (server, serverBefore) = (after.Server, before.Server);
        var (host, hostBefore) = (after.Host, before.Host);
        var cpu = host is not null && hostBefore is not null && host.CpuSeconds > hostBefore.CpuSeconds ? host.CpuSeconds - hostBefore.CpuSeconds : (double?)null;
        var wait = cpu is null ? null : (host!.WaitSeconds - hostBefore!.WaitSeconds) / cpu;
        var idle = cpu is null ? null : (host!.IdleSeconds - hostBefore!.IdleSeconds) / cpu;
        var hostTook = after.HostTook(before);
        return new NodeUse(
            node,
            1 - idle - wait,
            wait,
            server?.IoSeconds is { } io && serverBefore?.IoSeconds is { } ioBefore && io >= ioBefore ? (io - ioBefore) / took.TotalSeconds : null,
            cpu is not null && hostTook > TimeSpan.Zero && host!.DiskSeconds.Count > 0 ? Math.Clamp(host.DiskSeconds.Max(d => d.Value - hostBefore!.DiskSeconds.GetValueOrDefault(d.Key, d.Value)) / hostTook.TotalSeconds, 0, 1) : null,
            host?.FreeAt(server?.DataDirectory),
            server?.DatabaseBytes,
            server is not null && serverBefore is not null ? (server.WalBytes - serverBefore.WalBytes) / took.TotalSeconds : null,
            Why(before, after));
    }

    private static string? Why(NodeLoadSample before, NodeLoadSample after)
    {
        string?[] reasons =
        [
            after.WhyNoServer ?? before.WhyNoServer ?? (after.Server is { IoSeconds: null } ? "the server does not measure waits for its disk (track_io_timing is off)" : null),
            after.WhyNoHost ?? before.WhyNoHost,
            after is { Host: not null, Server.DataDirectory: null } ? "the user may not see where the data directory is (pg_read_all_settings)" : null,
        ];
        return string.Join("; ", reasons.Where(r => r is not null).Distinct(StringComparer.Ordinal)) is { Length: > 0 } all ? all : null;
    }
}
