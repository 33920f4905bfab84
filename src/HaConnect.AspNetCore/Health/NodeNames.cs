using System.Globalization;

namespace HaConnect.AspNetCore.Health;

/// <summary>
/// How nodes are called in what may be shown to anybody: by their names; one that has none would be called by its host and port, and is called by its
/// number.
/// </summary>
internal static class NodeNames
{
    internal static string Of(NodeSnapshot node) => IsAddress(node) ? string.Create(CultureInfo.InvariantCulture, $"node {node.Node.Index + 1}") : node.Name;

    /// <summary>A text of the library's own with those names.</summary>
    internal static string Cover(string text, ClusterSnapshot snapshot)
    {
        foreach (var node in snapshot.Nodes.Where(IsAddress).OrderByDescending(n => n.Name.Length)) // db:5432 is in mydb:5432 and in db:54321
            text = text.Replace(node.Name, Of(node), StringComparison.OrdinalIgnoreCase);
        return text;
    }

    private static bool IsAddress(NodeSnapshot node) => node.Name.Contains(node.Host, StringComparison.OrdinalIgnoreCase);
}
