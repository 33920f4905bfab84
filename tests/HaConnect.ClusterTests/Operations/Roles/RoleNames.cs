namespace HaConnect.ClusterTests.Operations.Roles;

/// <summary>Names and passwords that would end a statement, a literal or a line of a password file, were they not quoted.</summary>
internal static class RoleNames
{
    internal const string Application = "sh\"op'; DROP ROLE x --";
    internal const string Observer = "ob:server $1 :x :'y'";
    internal const string Control = "ünïcode \\ name";
    internal const string Verifier = "ver'i\"f{0}ier/*";
    internal const string Database = "my \"app\" d'b \\ dbname=x";

    internal static readonly string[] All = [Application, Observer, Control, Verifier];

    internal static readonly string[] Arguments = ["--app", Application, "--observer", Observer, "--control", Control, "--verifier", Verifier, "--database", Database];

    internal static string PasswordOf(string role) => role switch
    {
        Application => "it's \"a\" secret: \\ ; --",
        Observer => "observed-secret",
        Control => "pässwörd-secret",
        _ => "verified $ecret",
    };

    internal static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    internal static string Literal(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A line of a password file.</summary>
    internal static string Line(string user, string password) => $"*:*:*:{Escaped(user)}:{Escaped(password)}";

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
}
