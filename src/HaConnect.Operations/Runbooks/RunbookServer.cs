namespace HaConnect.Operations.Runbooks;

/// <summary>What a data node's server says of itself; null is what the user may not see.</summary>
/// <param name="Version">As people write it.</param>
/// <param name="DataDirectory">Its data folder, on its host.</param>
/// <param name="ConfigFile">Its postgresql.conf, on its host.</param>
/// <param name="ArchiveMode">off, on or always.</param>
/// <param name="SynchronousNames">synchronous_standby_names.</param>
/// <param name="HasTerms">Whether it has terms on record; null where its control database was not looked at.</param>
internal sealed record RunbookServer(string Version, string? DataDirectory, string? ConfigFile, string? ArchiveMode, string SynchronousNames, bool? HasTerms);
