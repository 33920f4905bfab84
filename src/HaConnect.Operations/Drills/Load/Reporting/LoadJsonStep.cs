namespace HaConnect.Operations.Drills.Load;

/// <summary>A step in the document of a load drill.</summary>
internal sealed record LoadJsonStep(
    double Target, double WritesPerSecond, double? WalBytesPerSecond, long Failed, string? FirstError, double? MedianSeconds, double? P99Seconds, double? GreatestLagSeconds,
    IReadOnlyList<LoadJsonLag> Standbys, IReadOnlyList<NodeUse> Nodes)
{
    internal static LoadJsonStep Of(LoadStep s) => new(
        s.Target.PerSecond, s.WritesPerSecond, s.WalPerSecond, s.Failed, s.FirstError, s.Median?.TotalSeconds, s.P99?.TotalSeconds, s.GreatestLag?.TotalSeconds,
        [.. s.Lags.Select(l => new LoadJsonLag(l.Node, l.Time?.TotalSeconds, l.Bytes))], s.Nodes);
}
