namespace HaConnect.Operations.Backups;

/// <summary>A private folder in which a copy is laid out.</summary>
/// <param name="Root">The folder.</param>
internal sealed record RestorePlace(string Root)
{
    internal string Data => Path.Combine(Root, "data");

    internal string Tablespaces => Path.Combine(Root, "tablespaces");

    internal string Log => Path.Combine(Root, "server.log");
}
