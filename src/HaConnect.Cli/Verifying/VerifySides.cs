using System.CommandLine;
using HaConnect.Cli.Connecting;
using HaConnect.Operations;
using HaConnect.Options;
using Npgsql;

namespace HaConnect.Cli.Verifying;

/// <summary>Which servers are compared: nodes by their name, others by a connection string; where nothing is said the primary and each standby.</summary>
internal static class VerifySides
{
    /// <exception cref="UsageException">They cannot be told.</exception>
    internal static async Task<(VerificationSide Left, IReadOnlyList<VerificationSide> Rights)> ReadAsync(ToolContext context, ParseResult parsed, VerifyOptions options, CancellationToken cancellationToken)
    {
        var (left, rights, user) = (parsed.GetValue(options.Left), parsed.GetValue(options.Right)!, parsed.GetValue(options.Username));
        if (left is not null && rights.Length > 0 && (string[])[left, .. rights] is var all && all.All(IsConnection))
            return (Connected(left, "--left", user), [.. rights.Select(r => Connected(r, "--right", user))]);
        var cluster = context.Cluster.OptionsOf(parsed);
        var nodes = ConfiguredNode.DataNodesOf(cluster);
        var (primary, standbys) = left is null || rights.Length == 0 ? await FindAsync(context, parsed, cancellationToken) : (null, []);
        var sides = rights.Length > 0 ? rights : [.. standbys.Where(s => s != left)];
        if (sides.Length == 0)
            throw new UsageException("No standby was seen to compare with. Name one: --right NODE, or --right \"Host=…;Database=…;Username=…\".");
        return (Side(left ?? primary!, "--left"), [.. sides.Select(s => Side(s, "--right"))]);

        VerificationSide Side(string text, string option) => IsConnection(text) ? Connected(text, option, user)
            : nodes.FirstOrDefault(n => n.Name == text) is { } node ? new VerificationSide(node.Name, OfNode(cluster, node, user))
            : throw new UsageException($"{option} is {text}; it must be one of the nodes {string.Join(", ", nodes.Select(n => n.Name))}, or a connection string.");
    }

    private static bool IsConnection(string text) => text.Contains('=', StringComparison.Ordinal);

    private static VerificationSide Connected(string text, string option, string? user)
    {
        var settings = SettingsReader.Parse(text, option);
        if (user is not null && settings.Username is null)
            settings.Username = user;
        return new VerificationSide($"{ConfiguredNode.NameOf(settings.Host ?? "localhost", settings.Port)}/{settings.Database ?? settings.Username}", settings.ConnectionString);
    }

    /// <summary>In the application's database; as the application, or as whom --username says, whose password then comes from where Npgsql looks for it.</summary>
    private static string OfNode(HaDatabaseOptions cluster, ConfiguredNode node, string? user)
    {
        var settings = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Host = node.Host, Port = node.Port };
        if (user is not null)
        {
            settings.Database ??= settings.Username;
            (settings.Username, settings.Password) = (user, null);
        }

        return settings.ConnectionString;
    }

    private static async Task<(string Primary, IReadOnlyList<string> Standbys)> FindAsync(ToolContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var cluster = await ObservedCluster.LookAsync(context.Cluster.OptionsOf(parsed), context.Cluster.TimeoutOf(parsed), cancellationToken);
        return cluster.Snapshot.Primary is { } primary
            ? (primary.Name, [.. cluster.Snapshot.Nodes.Where(n => n.Name != primary.Name).Select(n => n.Name)])
            : throw new NoPrimaryException($"There is no primary to compare with. {cluster.Snapshot.Describe()}", cluster.Snapshot, isTransient: true, null);
    }
}
