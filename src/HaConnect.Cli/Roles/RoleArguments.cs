using System.CommandLine;
using HaConnect.Operations;
using HaConnect.Operations.Roles;
using Npgsql;

namespace HaConnect.Cli.Roles;

/// <summary>Which roles, under which names: by default those that the application's settings name.</summary>
internal sealed class RoleArguments
{
    private static readonly string[] s_kinds = ["app", "observer", "control", "verifier", "replication"];

    private readonly Option<string[]> _roles = new("--roles") { Description = "Which: app, observer, control, verifier, replication. Default: all but the last.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _application = Name("--app", "the application's role", "app");
    private readonly Option<string?> _observer = Name("--observer", "the observer", "haobserver");
    private readonly Option<string?> _control = Name("--control", "the control user", "hacontrol");
    private readonly Option<string?> _verifier = Name("--verifier", "the role that reads all data, to compare servers", "haverifier");
    private readonly Option<string?> _replication = new("--replication") { Description = "The name of the role by which standbys connect, where that is to be made too." };
    private readonly Option<string[]> _databases = new("--database") { Description = "A database of the application; can be given more than once. Default: that of the settings, else app." };
    private readonly Option<string?> _controlDatabase = new("--control-database") { Description = "Failover.ControlDatabase. Default: that of the settings, else postgres." };
    private readonly Option<int?> _version = new("--postgres-version") { Description = "The major version for which SQL is printed, from 13 on. Default: that of the servers, where one can be asked; else what holds from 15 on." };
    private readonly Option<bool> _slots = new("--keep-slots") { Description = "The control user makes replication slots (Failover.Replication.KeepSlots)." };
    private readonly Option<bool> _rules = new("--hba-rules") { Description = "The diagnosis may read pg_hba.conf." };
    private readonly Option<bool> _audit = new("--audit-table") { Description = "Make the copy of the audit trail on the cluster." };
    private readonly Option<bool> _tokens = new("--commit-token") { Description = "Make the table of CommitGuarantee.Resolved in the application's databases." };
    private readonly Option<string[]> _schemas = new("--verify-schema") { Description = "A schema whose tables the verifier reads; can be given more than once. Default: all data (pg_read_all_data); before PostgreSQL 14 public." };
    private readonly Option<string?> _witness = new("--witness") { Description = "A witness, by its name in the settings or as host:port: only what it needs." };

    internal RoleArguments() => _roles.AcceptOnlyFromAmong(s_kinds);

    internal IEnumerable<Option> All => [_roles, _application, _observer, _control, _verifier, _replication, _databases, _controlDatabase, _version, _slots, _rules, _audit, _tokens, _schemas, _witness];

    internal int? VersionOf(ParseResult parsed) => parsed.GetValue(_version);

    /// <exception cref="UsageException">They cannot be used.</exception>
    internal InitRolesOptions OptionsOf(ParseResult parsed, HaDatabaseOptions application)
    {
        var connection = ConnectionOf(application);
        var failover = application.Failover;
        var (control, observer) = failover.Mode == FailoverMode.Coordinate ? (failover.ControlUsername, (string?)null) : (null, failover.ControlUsername);
        var asked = parsed.GetValue(_roles) is { Length: > 0 } some ? some : [.. s_kinds.Where(k => k != "replication" || parsed.GetValue(_replication) is not null)];
        var options = new InitRolesOptions
        {
            Application = Of("app", parsed.GetValue(_application), connection.Username, "app"),
            Observer = Of("observer", parsed.GetValue(_observer), observer, "haobserver"),
            Control = Of("control", parsed.GetValue(_control), control, "hacontrol"),
            Verifier = Of("verifier", parsed.GetValue(_verifier), null, "haverifier"),
            Replication = Of("replication", parsed.GetValue(_replication), failover.Replication.Username, "replicator"),
            ControlDatabase = parsed.GetValue(_controlDatabase) ?? failover.ControlDatabase,
            PostgresVersion = VersionOf(parsed) ?? new InitRolesOptions().PostgresVersion,
            KeepsSlots = parsed.GetValue(_slots) || failover.Replication.KeepSlots,
            ReadsHbaRules = parsed.GetValue(_rules),
            HasAuditTable = parsed.GetValue(_audit),
            HasCommitTokens = parsed.GetValue(_tokens),
            Witness = parsed.GetValue(_witness),
        };
        foreach (var database in parsed.GetValue(_databases) is { Length: > 0 } given ? given : connection.Database is { } own ? [own] : [])
            options.Databases.Add(database);
        foreach (var schema in parsed.GetValue(_schemas) ?? [])
            options.VerifiedSchemas.Add(schema);
        return RoleNames.Problem(options, Named) is { } problem ? throw new UsageException($"{problem}.") : options;

        string? Of(string kind, string? given, string? setting, string byDefault) =>
            !asked.Contains(kind, StringComparer.Ordinal)
                ? given is null ? null : throw new UsageException($"--{kind} is '{given}', and --roles leaves it out: add {kind} to --roles, or leave --{kind} out.")
                : given ?? (string.IsNullOrEmpty(setting) ? byDefault : setting);
    }

    private static NpgsqlConnectionStringBuilder ConnectionOf(HaDatabaseOptions application)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(application.ConnectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new UsageException($"ConnectionString of the settings cannot be read: {e.Message} See Npgsql's connection string parameters.");
        }
    }

    private static string Named(string option) => option switch
    {
        nameof(InitRolesOptions.Application) => "--app",
        nameof(InitRolesOptions.Databases) => "--database",
        nameof(InitRolesOptions.ControlDatabase) => "--control-database",
        nameof(InitRolesOptions.VerifiedSchemas) => "--verify-schema",
        nameof(InitRolesOptions.PostgresVersion) => "--postgres-version",
        _ => $"--{option.ToLowerInvariant()}",
    };

    private static Option<string?> Name(string name, string of, string byDefault) => new(name) { Description = $"The name of {of}. Default: that of the settings, else {byDefault}." };
}
