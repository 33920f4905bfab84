using HaConnect.Operations.Processes;
using HaConnect.Operations.Rejoining;
using Npgsql;

namespace HaConnect.Operations.Backups;

/// <summary>Takes a base backup into the drill's folder. As tar archives, so that tablespaces need no places of their own.</summary>
internal static class TakenBackup
{
    internal const string Name = "taken";

    internal static string FolderIn(RestorePlace place) => Path.Combine(place.Root, Name);

    /// <exception cref="ArgumentException">The connection string cannot be used.</exception>
    /// <exception cref="InvalidOperationException">pg_basebackup failed.</exception>
    internal static async Task TakeAsync(string from, RestorePlace place, HostPrograms programs, CancellationToken cancellationToken)
    {
        var settings = Parse(from);
        Dictionary<string, string> environment = new(StringComparer.Ordinal);
        if (settings.Password is { } password)
            environment["PGPASSWORD"] = password;
        var conninfo = LibpqConninfo.Of(settings.Host!, settings.Port, settings.Username!, null, settings.Passfile, settings.ContainsKey("SSL Mode") ? settings.SslMode.ToString().ToLowerInvariant() : null) + " application_name=haconnect-backup-drill";
        await programs.RunToSuccessAsync("pg_basebackup", ["-d", conninfo, "-D", FolderIn(place), "-F", "t", "-X", "stream", "-c", "fast", "--no-password", "-l", "haconnect backup drill"], environment, place.Root, cancellationToken).ConfigureAwait(false);
    }

    private static NpgsqlConnectionStringBuilder Parse(string from)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(from);
            if (settings is { Host: { } host, Username: not null } && !host.Contains(',', StringComparison.Ordinal))
                return settings;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new ArgumentException($"TakeFrom cannot be used: {e.Message} Write it as Npgsql does: Host=db1;Port=5432;Username=replicator.", nameof(from), e);
        }

        throw new ArgumentException("TakeFrom does not name one host and a user. Write it as Npgsql does: Host=db1;Port=5432;Username=replicator.", nameof(from));
    }
}
