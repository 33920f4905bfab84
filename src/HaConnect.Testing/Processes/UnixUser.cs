using System.Globalization;

namespace HaConnect.Testing.Processes;

/// <summary>
/// The user as whom the servers run: ourselves (<see cref="SwitchTo"/> is null), unless we are root, as whom PostgreSQL refuses to run;
/// then the user to whom a started process switches.
/// </summary>
internal sealed record UnixUser(string? SwitchTo, uint Uid, uint Gid)
{
    public static async Task<UnixUser> ResolveAsync(CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
            return new UnixUser(null, await IdAsync("-u", null, cancellationToken).ConfigureAwait(false) ?? 0, await IdAsync("-g", null, cancellationToken).ConfigureAwait(false) ?? 0);
        foreach (string name in (string[])["postgres", "nobody"])
        {
            if (await IdAsync("-u", name, cancellationToken).ConfigureAwait(false) is { } uid && await IdAsync("-g", name, cancellationToken).ConfigureAwait(false) is { } gid)
                return new UnixUser(name, uid, gid);
        }
        throw new PostgresClusterException("PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody to run it as.");
    }

    /// <summary>Gives a file that we wrote to the servers' user, who must be able to replace it.</summary>
    public void Own(string path)
    {
        if (SwitchTo is not null)
            LibC.Chown(path, Uid, Gid);
    }

    private static async Task<uint?> IdAsync(string what, string? name, CancellationToken cancellationToken)
    {
        ToolResult id = await Tool.RunAsync("id", name is null ? [what] : [what, name], cancellationToken: cancellationToken).ConfigureAwait(false);
        return id.ExitCode == 0 ? uint.Parse(id.Output.Trim(), CultureInfo.InvariantCulture) : null;
    }
}
