namespace HaConnect.Operations.Auditing;

/// <summary>A record and its hash.</summary>
internal sealed record ScannedLine(AuditLine Line, string Hash);
