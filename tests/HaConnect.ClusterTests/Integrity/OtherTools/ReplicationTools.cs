using HaConnect.Testing;

namespace HaConnect.ClusterTests.Integrity.OtherTools;

/// <summary>pglogical, Slony, Bucardo and PostGIS with a PostgreSQL of their own, unpacked by <c>eng/install-replication-tools.sh</c>.</summary>
internal static class ReplicationTools
{
    private const string Servers = "usr/lib/postgresql/15/bin";

    private static readonly string s_folder = Environment.GetEnvironmentVariable("HACONNECT_REPLICATION_TOOLS") is { Length: > 0 } named ? named : "/var/tmp/haconnect-replication-tools";
    private static readonly string s_libraries = Directory.Exists(s_folder) ? Directory.EnumerateDirectories(Path.Combine(s_folder, "usr/lib"), "*-linux-gnu").FirstOrDefault("") : "";

    internal static string? WhyNot { get; } = File.Exists(Path.Combine(s_folder, "complete")) ? null : "pglogical, Slony, Bucardo and PostGIS are not on this machine (eng/install-replication-tools.sh).";

    /// <summary>Those that take long to try: only <c>eng/verify-tools.sh</c> asks for them.</summary>
    internal static string? WhyNotAll => WhyNot ?? (Environment.GetEnvironmentVariable("HACONNECT_VERIFY_TOOLS") is { Length: > 0 } ? null : "eng/verify-tools.sh tries it.");

    /// <summary>Where its programs, its libraries and what Perl loads are.</summary>
    internal static IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>
    {
        ["PATH"] = $"{Path.Combine(s_folder, Servers)}:{Environment.GetEnvironmentVariable("PATH")}",
        ["LD_LIBRARY_PATH"] = s_libraries,
        ["PERL5LIB"] = string.Join(':', [Path.Combine(s_folder, "usr/share/perl5"), .. PerlFolders()]),
        ["PROJ_DATA"] = Path.Combine(s_folder, "usr/share/proj"),
        ["SLONY_SHARE_DIR"] = Path.Combine(s_folder, "usr/share/slony1"),
    };

    internal static string Program(string name) => Path.Combine(s_folder, "usr/bin", name);

    /// <summary>Of one server.</summary>
    internal static PostgresClusterOptions Options(int standbys = 0, params (string Name, string Value)[] settings)
    {
        var options = new PostgresClusterOptions { Standbys = standbys, SynchronousStandbys = 0, BinDirectory = Path.Combine(s_folder, Servers), ServerEnvironment = Variables, Settings = { ["wal_level"] = "logical" } };
        foreach (var (name, value) in settings)
            options.Settings[name] = value;
        return options;
    }

    private static IEnumerable<string> PerlFolders() => s_libraries.Length > 0 && Directory.Exists(Path.Combine(s_libraries, "perl5")) ? Directory.EnumerateDirectories(Path.Combine(s_libraries, "perl5")) : [];
}
