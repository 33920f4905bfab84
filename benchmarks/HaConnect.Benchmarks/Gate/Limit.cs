namespace HaConnect.Benchmarks.Gate;

/// <summary>A line of limits.json.</summary>
/// <param name="What">For people.</param>
/// <param name="Benchmark">As <c>Class.Method</c>, with <c>(Parameter: value)</c> where it has one.</param>
/// <param name="Measure">What of it.</param>
/// <param name="Baseline">The benchmark of the same class with which it is compared, for the measures that compare.</param>
/// <param name="Max">The most that is allowed; null for a line that is shown for comparison only.</param>
internal sealed record Limit(string What, string Benchmark, Measure Measure, string? Baseline, double? Max);
