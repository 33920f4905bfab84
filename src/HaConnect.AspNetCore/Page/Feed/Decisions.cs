namespace HaConnect.AspNetCore.Page.Feed;

/// <summary>The recent decisions as they are sent.</summary>
/// <param name="Version">Rises with each that is added.</param>
/// <param name="Event">Ready to be written.</param>
internal sealed record Decisions(long Version, ReadOnlyMemory<byte> Event);
