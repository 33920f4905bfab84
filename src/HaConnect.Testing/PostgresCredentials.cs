namespace HaConnect.Testing;

/// <summary>A role of the test cluster and its password, the same on every node.</summary>
/// <param name="user">The name of the role.</param>
/// <param name="password">Its password.</param>
public sealed class PostgresCredentials(string user, string password)
{
    /// <summary>The name of the role.</summary>
    public string User { get; } = user;

    /// <summary>Its password. Those that a cluster makes are random and hexadecimal, so that they need no quoting anywhere.</summary>
    public string Password { get; } = password;
}
