namespace HaConnect.AspNetCore.Consistency;

/// <summary>What was made of a text that should be a token.</summary>
/// <param name="Token">The token; null where it is none that can be heeded.</param>
/// <param name="WhyNot">Then why; null too where there was none.</param>
internal readonly record struct ReceivedToken(CausalToken? Token, string? WhyNot)
{
    internal static readonly ReceivedToken None;

    internal static ReceivedToken Ignored(string why) => new(null, why);
}
