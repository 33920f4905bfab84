using Microsoft.Extensions.Configuration;
using Npgsql;

namespace HaConnect.Cli.Connecting;

/// <summary>The cluster's options: a file, on top of it the environment, on top of that the command line.</summary>
internal static class SettingsReader
{
    private const string DefaultFile = "appsettings.json";

    /// <exception cref="UsageException">There are none, or they cannot be read.</exception>
    internal static HaDatabaseOptions Read(string? connection, FileInfo? file, string section)
    {
        var options = ReadApplication(file, section);
        if (connection is not null)
            Connect(options, connection);
        if (!NamesACluster(options))
        {
            throw new UsageException(
                $"No cluster is named. Give --connection \"Host=db1,db2,db3;Username=…\", or the application's settings with a section {section} (--config FILE), or {section}__ConnectionString in the environment.");
        }

        return options;
    }

    internal static bool NamesACluster(HaDatabaseOptions options) => !string.IsNullOrWhiteSpace(options.ConnectionString) || options.Nodes.Count > 0;

    /// <summary>What the application itself has; empty where there is nothing.</summary>
    /// <exception cref="UsageException">They cannot be read.</exception>
    internal static HaDatabaseOptions ReadApplication(FileInfo? file, string section)
    {
        var options = new HaDatabaseOptions();
        try
        {
            Layers(file).GetSection(section).Bind(options);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or InvalidOperationException)
        {
            throw new UsageException($"The settings ({file?.FullName ?? DefaultFile}, environment variables {section}__…) cannot be read: {e.InnerException?.Message ?? e.Message}");
        }

        return options;
    }

    private static IConfigurationRoot Layers(FileInfo? file)
    {
        if (file is { Exists: false })
            throw new UsageException($"--config is {file.FullName}, and there is no such file.");
        var builder = new ConfigurationBuilder();
        var path = file?.FullName ?? Path.GetFullPath(DefaultFile);
        return builder.AddJsonFile(path, optional: file is null, reloadOnChange: false).AddEnvironmentVariables().Build();
    }

    /// <exception cref="UsageException">It cannot be read, or has a password.</exception>
    internal static NpgsqlConnectionStringBuilder Parse(string connection, string option)
    {
        NpgsqlConnectionStringBuilder given;
        try
        {
            given = new NpgsqlConnectionStringBuilder(connection);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new UsageException($"{option} cannot be read: {e.Message} See Npgsql's connection string parameters.");
        }

        return given.Password is null
            ? given
            : throw new UsageException($"{option} has a password, which every user of this machine can see in the list of processes. Leave it out, and give it in PGPASSWORD, in a file (PGPASSFILE, ~/.pgpass), or in the settings.");
    }

    /// <summary>What it says replaces what the settings say; nodes of their own only where it names hosts.</summary>
    private static void Connect(HaDatabaseOptions options, string connection)
    {
        var given = Parse(connection, "--connection");
        if (given.Host is not null)
            options.Nodes.Clear();
        var merged = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        if (given.Host is not null)
            merged.Remove("Host");
        foreach (var key in given.Keys)
            merged[key] = given[key];
        options.ConnectionString = merged.ConnectionString;
    }
}
