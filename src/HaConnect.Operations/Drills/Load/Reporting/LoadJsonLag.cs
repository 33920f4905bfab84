namespace HaConnect.Operations.Drills.Load;

/// <summary>A standby in the document of a load drill.</summary>
internal sealed record LoadJsonLag(string Node, double? Seconds, long? Bytes);
