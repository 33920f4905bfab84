using System.Globalization;
using System.Text;
using HaConnect.Simulation.Faults;
using HaConnect.Simulation.Judging;

namespace HaConnect.Simulation.Running;

/// <summary>What a run came to.</summary>
internal sealed record RunResult(RunConfig Config, ulong Seed, FaultPlan Plan, Violation? Violation, long Events, int Acked, int Releases, int Reads, int Promotions, long Terms, IReadOnlyList<string> Trace)
{
    internal string? Primary { get; init; }

    /// <summary>Writes that a server refused as read-only.</summary>
    internal int Refused { get; init; }

    /// <summary>The longest time without an ack to any client, in virtual microseconds.</summary>
    internal long LongestGap { get; init; }

    /// <summary>What two executions of one seed must have in common.</summary>
    internal string Fingerprint => $"{Events} events, {Acked} acked, {Releases} released, {Reads} reads, {Promotions} promotions, {Terms} terms, {Violation}";

    /// <summary>In an operator's words: the faults, then what happened; single statements are left out.</summary>
    internal string Story()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"seed {Seed}, {Config.DataNodes} data nodes, {Config.Witnesses} witnesses, ANY {Config.Required}: {(Violation is { } v ? $"{v.Invariant} at {v.At / 1e6:0.000} s: {v.What}" : "everything held")}");
        foreach (var fault in Plan.Faults)
            text.AppendLine(CultureInfo.InvariantCulture, $"  fault: {fault}");
        foreach (var line in Trace.Where(l => !l.Contains(" runs for ", StringComparison.Ordinal)))
            text.AppendLine(line);
        return text.Append(Fingerprint).ToString();
    }
}
