namespace HaConnect.Operations.Planning;

/// <summary>Texts in the languages of the files and programs that a server is set up with. None of them has a control character: <see cref="PlanCheck"/>. Pure.</summary>
internal static class ShellText
{
    /// <summary>A word of a POSIX shell.</summary>
    internal static string Word(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-' or ':' or '=') ? text : PosixShell.Quote(text);

    /// <summary>A value in postgresql.conf, where a backslash begins an escape.</summary>
    internal static string Setting(string value) => $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A field of a password file (manual, "The Password File").</summary>
    internal static string PassFileField(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);

    /// <summary>Lines that a program reads as they are, or that become a file.</summary>
    internal static string Here(string command, IEnumerable<string> lines) => $"{command} <<'HACONNECT_END'\n{string.Join('\n', lines)}\nHACONNECT_END";

    internal static string File(string path, IEnumerable<string> lines) => Here($"cat > {Word(path)}", lines);
}
