namespace HaConnect.Status;

/// <summary>How good or bad it is what a line says.</summary>
internal static class Levels
{
    internal const string Ok = "ok";
    internal const string Warn = "warn";
    internal const string Bad = "bad";
    internal const string Unknown = "unknown";
    internal const string Info = "info";
}
