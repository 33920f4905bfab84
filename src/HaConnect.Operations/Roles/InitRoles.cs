using HaConnect.Operations.Roles;
using Npgsql;

namespace HaConnect.Operations;

/// <summary>
/// The roles of a cluster, each with the least privileges that it needs (docs/operations/roles.md): the application's, an observer, the control user, a verifier
/// and, where asked for, the one by which standbys connect.
/// </summary>
public static class InitRoles
{
    /// <summary>The statements as a script for psql, with the reason of each; without passwords. Nothing is run.</summary>
    /// <param name="options">Which roles, under which names, for which version of PostgreSQL.</param>
    /// <returns>The script.</returns>
    /// <exception cref="ArgumentException">An option is missing or out of its bounds; the message names it.</exception>
    public static string Write(InitRolesOptions options)
    {
        Require(options);
        return RoleScript.Write(options);
    }

    /// <summary>
    /// Runs them at the primary, as far as they are needed: roles that are there get what they lack, and lose nothing; their passwords stay as they are. One transaction
    /// in each database, the control database first. It can be repeated.
    /// </summary>
    /// <param name="cluster">The cluster as the applications are configured.</param>
    /// <param name="options">Which roles, under which names, and with whose rights.</param>
    /// <param name="cancellationToken">Ends it; repeat it then.</param>
    /// <returns>What was run.</returns>
    /// <exception cref="ArgumentException">An option is missing or out of its bounds, or a password cannot be used; the message names it.</exception>
    /// <exception cref="InvalidOperationException">There is not exactly one primary, or the server refused a statement; the message says which and why.</exception>
    public static async Task<InitRolesResult> ApplyAsync(HaDatabaseOptions cluster, InitRolesOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        Require(options);
        var server = await RoleServer.FindAsync(cluster, options, cancellationToken).ConfigureAwait(false);
        options.PostgresVersion = server.Major;
        Require(options);
        return await new RoleChanges(server, options).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void Require(InitRolesOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (RoleNames.Problem(options, n => $"InitRolesOptions.{n}") is { } problem)
            throw new ArgumentException($"{problem}.", nameof(options));
    }
}
