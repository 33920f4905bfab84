using System.Globalization;

namespace HaConnect.Model;

/// <summary>What a search found.</summary>
internal sealed record Outcome(
    Bounds Bounds, Rule Broken, int States, int Depth, bool IsExhausted, Invariant Violated, IReadOnlyList<Happening> Trace, TimeSpan Took)
{
    internal static string Header => string.Create(CultureInfo.InvariantCulture, $"{"configuration",-22} {"broken",-52} {"states",11} {"depth",5}  {"result",-44} {"CPU s",7}");

    internal string Line => string.Create(CultureInfo.InvariantCulture, $"{Bounds.Name,-22} {Broken,-52} {States,11:N0} {Depth,5}  {Result,-44} {Took.TotalSeconds,7:N1}");

    internal string Result => Violated != Invariant.None ? string.Create(CultureInfo.InvariantCulture, $"VIOLATED {Violated} in {Trace.Count} steps")
        : IsExhausted ? "no violation, exhausted" : "no violation, not exhausted";

    internal string Story => string.Join('\n', Trace.Select((h, i) => string.Create(CultureInfo.InvariantCulture, $"  {i + 1,2}. {h.Sentence}")));
}
