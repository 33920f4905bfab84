namespace HaConnect.Operations;

/// <summary>Words of a POSIX shell, for commands that people run.</summary>
internal static class PosixShell
{
    /// <summary>One word, whatever it contains.</summary>
    internal static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
