namespace HaConnect.AspNetCore.Consistency;

/// <summary>What stands in the header between services, in both directions.</summary>
internal sealed class HeaderTokens(TokenText text, HaTokenFormat format)
{
    /// <summary>In a request: the caller has no token, and takes one.</summary>
    internal const string None = "none";

    /// <summary>In an answer: what the caller's token stands for may be lost, and it is to be dropped.</summary>
    internal const string Lost = "lost";

    internal string Write(CausalToken? token) => token is null ? None : format == HaTokenFormat.Plain ? token.ToString() : text.Protect(token);

    internal ReceivedToken Read(string value) => value switch
    {
        None or Lost => ReceivedToken.None,
        _ when format == HaTokenFormat.Plain => CausalToken.TryParse(value, out var token) ? new ReceivedToken(token, null) : ReceivedToken.Ignored("it is not the text of a token"),
        _ => text.Unprotect(value),
    };
}
