namespace HaConnect.Operations;

/// <summary>How long a part of a drill took.</summary>
/// <param name="Name">take, mark, look, copy, verify, recover, read or stop.</param>
/// <param name="Duration">Its time.</param>
public sealed record BackupDrillPhase(string Name, TimeSpan Duration);
