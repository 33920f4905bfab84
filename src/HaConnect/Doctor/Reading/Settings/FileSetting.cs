namespace HaConnect.Doctor;

/// <summary>A line of the configuration files that is wrong, or one that other sessions go by although the doctor's own does not show it.</summary>
/// <param name="Name">The setting; null for a line that is none.</param>
/// <param name="File">In which file.</param>
/// <param name="Line">In which line.</param>
/// <param name="Error">What PostgreSQL says against it; null where it is in force.</param>
/// <param name="Value">Of those that are in force.</param>
internal sealed record FileSetting(string? Name, string File, int Line, string? Error, string? Value)
{
    /// <summary>Whether ALTER SYSTEM wrote it, and so can take it back.</summary>
    internal bool IsAutomatic => File.EndsWith("postgresql.auto.conf", StringComparison.Ordinal);
}
