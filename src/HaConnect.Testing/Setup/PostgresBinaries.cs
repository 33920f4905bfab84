using System.Globalization;
using System.Text.RegularExpressions;
using HaConnect.Testing.Processes;

namespace HaConnect.Testing.Setup;

/// <summary>Finds the folder with PostgreSQL's server programs; <c>eng/install-postgres.sh</c> looks in the same places in the same order.</summary>
internal static partial class PostgresBinaries
{
    public const string EnvironmentVariable = "HACONNECT_PG_BIN";

    private static readonly string[] Programs = ["postgres", "initdb", "pg_basebackup", "pg_rewind"];

    /// <returns>The folder, or null when PostgreSQL is in none of the usual places.</returns>
    /// <exception cref="PostgresClusterException">A folder was named, by option or environment, and lacks a program.</exception>
    public static string? Find(string? named)
    {
        if (named is not null)
            return Complete(named, $"{nameof(PostgresClusterOptions)}.{nameof(PostgresClusterOptions.BinDirectory)}");
        if (Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } variable)
            return Complete(variable, $"the environment variable {EnvironmentVariable}");
        return UsualPlaces().FirstOrDefault(folder => Missing(folder).Count == 0);
    }

    public static string NotFoundMessage(string also) =>
        $"PostgreSQL's server programs ({string.Join(", ", Programs)}) were not found: looked at {EnvironmentVariable}, PATH, /usr/lib/postgresql/*/bin, /usr/pgsql-*/bin "
        + $"and Homebrew's folders. Install them with: {InstallCommand()}; or name their folder in {EnvironmentVariable} or {nameof(PostgresClusterOptions)}.{nameof(PostgresClusterOptions.BinDirectory)}."
        + " " + also;

    public static async Task<int> MajorVersionAsync(string folder, CancellationToken cancellationToken)
    {
        ToolResult version = await Tool.RunAsync(Path.Combine(folder, "postgres"), ["--version"], cancellationToken: cancellationToken).ConfigureAwait(false);
        version.ThrowIfFailed($"{folder}/postgres --version");
        return ParseMajor(version.Output);
    }

    public static int ParseMajor(string versionLine) =>
        VersionPattern().Match(versionLine) is { Success: true } match
            ? int.Parse(match.Groups["major"].ValueSpan, CultureInfo.InvariantCulture)
            : throw new PostgresClusterException($"No version of PostgreSQL in \"{versionLine.Trim()}\".");

    private static string Complete(string folder, string source) =>
        Missing(folder) is { Count: > 0 } missing
            ? throw new PostgresClusterException($"{source} names {folder}, but there is no {string.Join(", no ", missing)}. Install PostgreSQL's server programs with: {InstallCommand()}; or name the folder that holds them.")
            : folder;

    private static List<string> Missing(string folder) => [.. Programs.Where(program => !File.Exists(Path.Combine(folder, program)))];

    private static IEnumerable<string> UsualPlaces()
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            yield return folder;
        foreach ((string parent, string pattern) in ((string, string)[])
            [("/usr/lib/postgresql", "*"), ("/usr", "pgsql-*"), ("/opt/homebrew/opt", "postgresql@*"), ("/usr/local/opt", "postgresql@*")])
        {
            if (Directory.Exists(parent))
            {
                foreach (string version in Directory.EnumerateDirectories(parent, pattern).OrderByDescending(Number))
                    yield return Path.Combine(version, "bin");
            }
        }
    }

    private static int Number(string folder) => NumberPattern().Match(Path.GetFileName(folder)) is { Success: true } m ? int.Parse(m.ValueSpan, CultureInfo.InvariantCulture) : 0;

    private static string InstallCommand() => OperatingSystem.IsMacOS() ? "brew install postgresql@17"
        : File.Exists("/sbin/apk") ? "apk add postgresql"
        : File.Exists("/usr/bin/dnf") ? "sudo dnf install postgresql-server"
        : "sudo apt-get install postgresql (or eng/install-postgres.sh)";

    [GeneratedRegex(@"\(PostgreSQL\)\s+(?<major>\d+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"\d+$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NumberPattern();
}
