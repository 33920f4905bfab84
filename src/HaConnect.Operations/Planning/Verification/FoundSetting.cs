namespace HaConnect.Operations.Planning.Verification;

/// <summary>A setting as a server shows it.</summary>
/// <param name="Value">As <c>SHOW</c> has it.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Context">When a change comes into force.</param>
/// <param name="AwaitsRestart">Whether its file has another value.</param>
internal sealed record FoundSetting(string Value, string Source, string Context, bool AwaitsRestart)
{
    /// <summary>Whether it is the server's own, and not one of this session, role or database.</summary>
    internal bool IsServerWide => Source is "default" or "environment variable" or "configuration file" or "command line" or "override";
}
