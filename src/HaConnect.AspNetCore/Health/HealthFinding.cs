using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HaConnect.AspNetCore.Health;

/// <summary>One thing that is not as it should be.</summary>
internal sealed record HealthFinding(HealthStatus Status, string Reason);
