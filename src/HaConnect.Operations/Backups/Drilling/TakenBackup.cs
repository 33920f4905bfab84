using HaConnect.Connections;
using HaConnect.Operations.Processes;
using HaConnect.Operations.Rejoining;
using HaConnect.Options;
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
        await programs.RunToSuccessAsync("pg_basebackup", ["-d", ConninfoOf(from), "-D", FolderIn(place), "-F", "t", "-X", "stream", "-c", "fast", "--no-password", "-l", "haconnect backup drill"], EnvironmentOf(settings, Environment.GetEnvironmentVariable), place.Root, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As all connections of the tool's: away from loopback the certificate and its name are checked, unless the connection string says otherwise.</summary>
    internal static string ConninfoOf(string from)
    {
        var settings = Parse(from);
        var mode = TransportDefaults.Says(from) ? settings.SslMode : HostList.IsLocal(settings.Host!) ? (SslMode?)null : SslMode.VerifyFull;
        return LibpqConninfo.Of(settings.Host!, settings.Port, settings.Username!, null, settings.Passfile, mode is { } known ? LibpqConninfo.ModeOf(known) : null)
            + LibpqConninfo.Part("sslrootcert", settings.RootCertificate) + LibpqConninfo.Part("sslcert", settings.SslCertificate) + LibpqConninfo.Part("sslkey", settings.SslKey) + " application_name=haconnect-backup-drill";
    }

    /// <summary>The password, and what libpq and Npgsql alike take from the environment, of which programs get nothing else.</summary>
    internal static Dictionary<string, string> EnvironmentOf(NpgsqlConnectionStringBuilder settings, Func<string, string?> own)
    {
        (string Name, string? Value)[] all =
        [
            ("PGPASSWORD", settings.Password ?? (settings.Passfile is null ? own("PGPASSWORD") : null)), ("PGPASSFILE", own("PGPASSFILE")),
            ("PGSSLROOTCERT", own("PGSSLROOTCERT")), ("PGSSLCERT", own("PGSSLCERT")), ("PGSSLKEY", own("PGSSLKEY")),
        ];
        return all.Where(v => v.Value is { Length: > 0 }).ToDictionary(v => v.Name, v => v.Value!, StringComparer.Ordinal);
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
