using System.Text.Json;
using System.Text.Json.Serialization;
using HaConnect.Simulation.Faults;

namespace HaConnect.Simulation.Running;

/// <summary>A schedule that once broke something, kept as a file: it must hold from now on.</summary>
/// <param name="Story">What happened, for people.</param>
/// <param name="Invariant">What broke.</param>
/// <param name="Seed">The seed.</param>
/// <param name="DataNodes">See <see cref="RunConfig.DataNodes"/>.</param>
/// <param name="Witnesses">See <see cref="RunConfig.Witnesses"/>.</param>
/// <param name="Required">See <see cref="RunConfig.Required"/>.</param>
/// <param name="Faults">The faults.</param>
/// <param name="ReadBoundMs">See <see cref="RunConfig.ReadBound"/>; in milliseconds.</param>
/// <param name="DegradeAfterMs">See <see cref="RunConfig.DegradeAfter"/>; in milliseconds.</param>
/// <param name="FencesOutside">See <see cref="RunConfig.FencesOutside"/>.</param>
internal sealed record RegressionFile(string Story, string Invariant, ulong Seed, int DataNodes, int Witnesses, int Required, IReadOnlyList<Fault> Faults, int ReadBoundMs = 2000, int? DegradeAfterMs = null, bool FencesOutside = false)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    internal static RegressionFile Of(RunResult result) =>
        new(result.Violation!.What, result.Violation.Invariant, result.Seed, result.Config.DataNodes, result.Config.Witnesses, result.Config.Required, result.Plan.Faults, (int)result.Config.ReadBound.TotalMilliseconds,
            (int?)result.Config.DegradeAfter?.TotalMilliseconds, result.Config.FencesOutside);

    internal static RegressionFile Read(string path) => JsonSerializer.Deserialize<RegressionFile>(File.ReadAllText(path), Format) ?? throw new InvalidDataException(path);

    internal void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Format) + "\n");

    internal RunResult Execute() => SimulationRun.Execute(
        new RunConfig
        {
            DataNodes = DataNodes,
            Witnesses = Witnesses,
            Required = Required,
            ReadBound = TimeSpan.FromMilliseconds(ReadBoundMs),
            DegradeAfter = DegradeAfterMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
            FencesOutside = FencesOutside,
        },
        Seed, new FaultPlan(Faults), trace: true);
}
