namespace HaConnect.Operations.Drills.Load;

/// <summary>What a server's statistics say at one moment; counters since they were reset.</summary>
/// <param name="WalBytes">How far its WAL is: written at a primary, replayed at a standby.</param>
/// <param name="IoSeconds">For how long its processes have waited for reads and writes, together; null where it does not measure that (track_io_timing is off).</param>
/// <param name="DatabaseBytes">The size of the databases that the user may connect to.</param>
/// <param name="DataDirectory">Where its files are; null where the user may not see that.</param>
internal sealed record ServerLoadSample(double WalBytes, double? IoSeconds, long DatabaseBytes, string? DataDirectory);
