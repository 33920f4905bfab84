namespace HaConnect.Doctor;

/// <summary>What mends a finding, for people and for a script.</summary>
/// <param name="Remedy">For people.</param>
internal sealed record Mend(string Remedy)
{
    private const string Reload = "SELECT pg_reload_conf()";

    internal string? Sql { get; private init; }

    internal string? RunAt { get; private init; }

    internal bool NeedsRestart { get; private init; }

    /// <summary>No statement does it, or it is not for a program to choose one.</summary>
    internal static Mend ByHand(string remedy) => new(remedy);

    internal static Mend There(string node, params IEnumerable<string> statements) => Statements("run there: ", node, [.. statements]);

    /// <summary>Roles and databases are changed at the primary, whoever shows them.</summary>
    internal static Mend AtPrimary(Examination seen, params IEnumerable<string> statements) => Statements("run at the primary: ", seen.Primary?.Node, [.. statements]);

    internal static Mend Restarting(string node, params IEnumerable<string> statements)
    {
        var mend = There(node, statements);
        return mend with { Remedy = $"{mend.Remedy}; and restart it", NeedsRestart = true };
    }

    internal static Mend RestartOf(string node) => new($"restart {node}") { RunAt = node, NeedsRestart = true };

    /// <summary>A setting that a reload brings into force. It is set, and not reset, since postgresql.conf may hold it too.</summary>
    internal static Mend Setting(string node, string name, string value) => There(node, Set(name, value), Reload);

    internal static Mend Settings(string node, IEnumerable<(string Name, string Value)> settings) => There(node, [.. settings.Select(s => Set(s.Name, s.Value)), Reload]);

    internal static Mend SettingAndRestart(string node, string name, string value) => Restarting(node, Set(name, value));

    /// <summary>What people should know besides.</summary>
    internal Mend But(string text) => this with { Remedy = Remedy + text };

    private static string Set(string name, string value) => $"ALTER SYSTEM SET {name} = {value}";

    private static Mend Statements(string where, string? node, IReadOnlyList<string> statements) => new(where + string.Join("; ", statements))
    {
        Sql = string.Join('\n', statements.Select(static s => s + ";")),
        RunAt = node,
    };
}
