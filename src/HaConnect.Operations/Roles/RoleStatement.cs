namespace HaConnect.Operations.Roles;

/// <summary>One statement about a role; of its objects those are left out that it has already.</summary>
/// <param name="Head">What comes before them.</param>
/// <param name="Objects">What is given or made; at least one.</param>
/// <param name="Tail">What comes behind them, with the blank before it.</param>
internal sealed record RoleStatement(string Head, IReadOnlyList<RoleObject> Objects, string Tail = "")
{
    /// <summary>The role that it makes; null where it makes none.</summary>
    internal string? Creates { get; init; }

    /// <summary>Stands above it.</summary>
    internal string? Comment { get; init; }

    /// <summary>Stands behind it.</summary>
    internal string? Note { get; init; }

    /// <summary>Whether it is only for a role that was there before: the script has that in the statement that makes it.</summary>
    internal bool IsForExisting { get; init; }

    internal string Sql(IEnumerable<RoleObject> objects) => $"{Head} {string.Join(", ", objects.Select(o => o.Text))}{Tail}";

    /// <summary>For people: where the objects are many, each has a line.</summary>
    internal string Readable()
    {
        var lines = Objects.Select((o, i) => $"\n    {o.Text}{(i < Objects.Count - 1 ? "," : "")}{Behind(o.Note)}");
        return (Objects.Count > 3 ? $"{Head}{string.Concat(lines)}\n {Tail};" : $"{Sql(Objects)};") + Behind(Note);
    }

    private static string Behind(string? note) => note is null ? "" : $" -- {note}";
}
