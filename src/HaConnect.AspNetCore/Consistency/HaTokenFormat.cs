namespace HaConnect.AspNetCore;

/// <summary>How a causal token stands in a header.</summary>
public enum HaTokenFormat
{
    /// <summary>Encrypted and signed by ASP.NET Core Data Protection: all services need the same key ring and application name.</summary>
    Protected = 0,

    /// <summary>
    /// As <see cref="CausalToken.ToString"/> says it: only where nobody but services of yours can set the header. Whoever makes one up can make reads go to the primary, or wait for
    /// <see cref="ConnectionsOptions.WaitTimeout"/>.
    /// </summary>
    Plain = 1,
}
