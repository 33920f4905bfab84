namespace HaConnect.Simulation.Conformance.Scripts;

internal static class AllScripts
{
    internal static IReadOnlyDictionary<string, Script> ByName { get; } =
        new[] { TimelineScripts.All, PositionScripts.All, CommitScripts.All, LockScripts.All, RegisterScripts.All, PromotionScripts.All, TermScripts.All, SwitchoverScripts.All, FrozenScripts.All }
            .SelectMany(s => s).ToDictionary(s => s.Name);
}
