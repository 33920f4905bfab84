namespace HaConnect.Options;

/// <summary>A node or witness as the options name it, with its default name filled in.</summary>
internal sealed record ConfiguredNode(string Name, string Host, int Port, int Priority, bool IsSynchronous = true, string? Zone = null, int Weight = HaNodeOptions.DefaultWeight)
{
    internal static IReadOnlyList<ConfiguredNode> DataNodesOf(HaDatabaseOptions options)
    {
        if (options.Nodes.Count > 0)
            return [.. options.Nodes.Select(n => new ConfiguredNode(n.Name ?? NameOf(n.Host, n.Port), n.Host, n.Port, n.Priority, n.Synchronous, n.Zone, n.Weight))];

        var connectionString = new Npgsql.NpgsqlConnectionStringBuilder(options.ConnectionString);
        return [.. HostList.Parse(connectionString.Host, connectionString.Port)
            .Select(h => new ConfiguredNode(NameOf(h.Host, h.Port), h.Host, h.Port, 0))];
    }

    internal static IReadOnlyList<ConfiguredNode> WitnessesOf(HaDatabaseOptions options) =>
        [.. options.Failover.Witnesses.Select(w => new ConfiguredNode(w.Name ?? NameOf(w.Host, w.Port), w.Host, w.Port, 0))];

    /// <exception cref="ArgumentException">No data node of that name is configured.</exception>
    internal static void RequireDataNode(HaDatabaseOptions options, string name, string parameter)
    {
        var names = DataNodesOf(options).Select(n => n.Name).ToList();
        if (!names.Contains(name, StringComparer.Ordinal))
            throw new ArgumentException($"No data node is named '{name}'; configured are {string.Join(", ", names)}.", parameter);
    }

    internal static string NameOf(string host, int port)
    {
        var address = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{address}:{port}");
    }
}
