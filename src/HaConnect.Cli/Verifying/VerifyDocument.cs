using HaConnect.Operations.Integrity;

namespace HaConnect.Cli.Verifying;

/// <summary>What <c>verify --output json</c> prints.</summary>
internal sealed record VerifyDocument(int SchemaVersion, IReadOnlyList<ReportJson> Reports);
