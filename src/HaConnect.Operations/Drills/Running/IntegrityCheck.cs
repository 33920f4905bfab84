using HaConnect.Operations.Drills.Reading;
using HaConnect.Operations.Drills.Reporting;

namespace HaConnect.Operations.Drills.Running;

internal static class IntegrityCheck
{
    internal static Task<DrillIntegrity?> RunAsync(IDrillTarget target, DrillServer primary, IProgress<string>? progress, CancellationToken cancellationToken) => Task.FromResult<DrillIntegrity?>(null);
}
