namespace HaConnect.Operations.Drills.Load;

/// <summary>How far a standby was behind in a step.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Time">The greatest proven bound; null where nothing was proven of it for some of the step.</param>
/// <param name="Bytes">The greatest number of bytes of WAL; null where it was not seen.</param>
internal sealed record StandbyLoadLag(string Node, TimeSpan? Time, long? Bytes);
