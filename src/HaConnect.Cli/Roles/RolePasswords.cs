using HaConnect.Operations;
using HaConnect.Operations.Roles;
using Npgsql;

namespace HaConnect.Cli.Roles;

/// <summary>Where the password of a new role comes from: the environment, then the file, then the application's settings.</summary>
internal static class RolePasswords
{
    /// <param name="role">The role's name.</param>
    /// <param name="options">Which role is what.</param>
    /// <param name="environment">A variable of the environment; null where it is not set.</param>
    /// <param name="file">The file and the servers whose lines count; null where there is none.</param>
    /// <param name="application">The application's settings.</param>
    /// <returns>Null where none is known.</returns>
    internal static string? Find(string role, InitRolesOptions options, Func<string, string?> environment, Func<string, string?>? file, HaDatabaseOptions application) =>
        NotEmpty(environment(Variable(role, options))) ?? NotEmpty(file?.Invoke(role)) ?? NotEmpty(OfSettings(role, application));

    /// <exception cref="UsageException">It cannot be used. The message does not have it.</exception>
    internal static string? Usable(string role, string variable, string? password) => password is null || ScramVerifier.Of(password) is not null
        ? password
        : throw new UsageException($"The password of {role} ({variable}, --password-file or the settings) has other characters than ASCII and the letters from À to ÿ, of which clients do not all make the same: choose another. Nothing was changed.");

    /// <summary>Named by what the role is for: its own name may be any.</summary>
    internal static string Variable(string role, InitRolesOptions o) =>
        role == o.Application ? "HACONNECT_APP_PASSWORD"
        : role == o.Observer ? "HACONNECT_OBSERVER_PASSWORD"
        : role == o.Control ? "HACONNECT_CONTROL_PASSWORD"
        : role == o.Verifier ? "HACONNECT_VERIFIER_PASSWORD"
        : "HACONNECT_REPLICATION_PASSWORD";

    private static string? OfSettings(string role, HaDatabaseOptions application)
    {
        var connection = new NpgsqlConnectionStringBuilder(application.ConnectionString);
        return role == connection.Username ? connection.Password
            : role == application.Failover.ControlUsername ? application.Failover.ControlPassword
            : role == application.Failover.Replication.Username ? application.Failover.Replication.Password
            : null;
    }

    private static string? NotEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
