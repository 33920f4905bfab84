using System.Globalization;
using System.Net;

namespace HaConnect.Options;

/// <summary>The hosts of an Npgsql connection string: <c>a,b:5433,[::1]:5434</c>.</summary>
internal static class HostList
{
    internal static IReadOnlyList<(string Host, int Port)> Parse(string? hosts, int defaultPort)
    {
        if (string.IsNullOrWhiteSpace(hosts))
            return [];
        var list = new List<(string, int)>();
        foreach (var entry in hosts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            list.Add(ParseOne(entry, defaultPort));
        return list;
    }

    /// <summary>Loopback or a socket: what is sent there goes over no network.</summary>
    internal static bool IsLocal(string host) =>
        host.StartsWith('/') || host.StartsWith('@') || string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static (string Host, int Port) ParseOne(string entry, int defaultPort)
    {
        // A colon separates the port unless it belongs to a bare IPv6 address; [::1]:5432 is the form with both.
        var colon = entry.LastIndexOf(':');
        var isIpv6WithoutPort = colon >= 0 && entry.IndexOf(':', StringComparison.Ordinal) != colon && !entry.Contains(']', StringComparison.Ordinal);
        if (colon < 0 || isIpv6WithoutPort || entry.EndsWith(']'))
            return (entry.Trim('[', ']'), defaultPort);
        if (!int.TryParse(entry.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            throw new FormatException($"ConnectionString: the port of host '{entry}' is not a number from 1 to 65535.");
        return (entry[..colon].Trim('[', ']'), port);
    }
}
