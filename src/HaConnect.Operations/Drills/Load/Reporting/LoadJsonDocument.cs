using System.Text.Json;

namespace HaConnect.Operations.Drills.Load;

/// <summary>The document of a load drill. Seconds and bytes; null is not known.</summary>
internal sealed record LoadJsonDocument(
    int SchemaVersion, string Cluster, DateTimeOffset At, bool IsLocal, bool Passed, string Sentence, double Peak, string PeakUnit, int Steps, double StepSeconds, double MaxLagSeconds, double? CaughtUpSeconds,
    IReadOnlyList<LoadJsonStep> StepsRun, IReadOnlyList<string> Problems)
{
    internal static LoadJsonDocument Of(LoadReport r) => new(
        1, r.Cluster, r.At, r.IsLocal, r.Passed, r.Sentence, r.Options.Peak.PerSecond, r.Options.Peak.IsWal ? "walBytesPerSecond" : "writesPerSecond", r.Options.Steps, r.Options.StepDuration.TotalSeconds,
        r.Options.MaxLag.TotalSeconds, r.CaughtUp?.TotalSeconds, [.. r.Steps.Select(LoadJsonStep.Of)], r.Problems);

    internal string Write() => JsonSerializer.Serialize(this, LoadJson.Readable.LoadJsonDocument);
}
