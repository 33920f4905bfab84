using System.Globalization;
using HaConnect.Status;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace HaConnect.Cli.Seeing;

/// <summary>The status for people.</summary>
internal static class StatusTable
{
    internal static IRenderable Of(StatusDocument status)
    {
        List<IRenderable> parts =
        [
            new Markup($"{Coloured(status.Level, status.Headline)}"),
            new Text($"Cluster {status.Cluster}, {(status.Term is { } term ? $"term {term.ToString(CultureInfo.InvariantCulture)}" : "no term")}, {status.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC"),
            Nodes(status),
        ];
        foreach (var line in status.Quorum)
            parts.Add(new Markup($"{Coloured(line.Level, $"{line.Topic,-8}")}  {Markup.Escape(line.Text)}"));
        parts.Add(new Text($"office    {status.Coordinator}"));
        if (status.Problems.Count > 0)
            parts.Add(new Text($"\nProblems:\n{string.Join('\n', status.Problems.Select(p => $"  {p}"))}"));
        return new Rows(parts);
    }

    private static Table Nodes(StatusDocument status)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in (string[])["node", "address", "role", "state", "tl", "lsn", "lag", "bytes", "sync", "serves"])
            table.AddColumn(new TableColumn(column) { NoWrap = true, Alignment = column is "tl" or "lsn" or "lag" or "bytes" ? Justify.Right : Justify.Left });
        foreach (var node in status.Nodes)
        {
            var role = node.IsStale ? $"({node.Role})" : node.Role; // what it was when it answered last
            table.AddRow(
                new Text(node.Node), new Text(Address(node)), new Text(role), new Markup(Coloured(node.State == "reachable" ? Levels.Ok : node.State == "unreachable" ? Levels.Bad : Levels.Warn, node.State)),
                new Text(node.Timeline?.ToString(CultureInfo.InvariantCulture) ?? "-"), new Text(node.Lsn ?? "-"), new Text(Lag(node)),
                new Text(node.LagBytes?.ToString(CultureInfo.InvariantCulture) ?? "-"), new Text(node.SyncState ?? "-"), new Text(node.Serves ?? "-"));
        }

        return table;
    }

    internal static string Lag(NodeRow node) => node.LagSeconds is { } lag ? string.Create(CultureInfo.InvariantCulture, $"{lag:0.00} s") : "-";

    private static string Address(NodeRow node) => string.Create(CultureInfo.InvariantCulture, $"{node.Host}:{node.Port}");

    private static string Coloured(string level, string text)
    {
        var escaped = Markup.Escape(text);
        return level switch
        {
            Levels.Ok => $"[green]{escaped}[/]",
            Levels.Warn => $"[yellow]{escaped}[/]",
            Levels.Bad => $"[red]{escaped}[/]",
            _ => escaped,
        };
    }
}
