using System.CommandLine;
using HaConnect.Cli.Acting;
using HaConnect.Cli.Output;
using HaConnect.Operations;
using HaConnect.Operations.Roles;
using HaConnect.Options;

namespace HaConnect.Cli.Roles;

/// <summary><c>haconnect init-roles</c>: prints the SQL of the roles, or runs what is missing of it.</summary>
internal static class InitRolesCommand
{
    internal static Command Create(ToolContext context)
    {
        var roles = new RoleArguments();
        var output = OutputOption.Create();
        output.AcceptOnlyFromAmong("table", "json");
        output.Description = "With --apply: table for people, json (with a schemaVersion) for programs.";
        var apply = new Option<bool>("--apply") { Description = "Run it at the primary: what is there already stays as it is. Passwords of new roles: HACONNECT_APP_PASSWORD, …_OBSERVER_…, …_CONTROL_…, …_VERIFIER_…, …_REPLICATION_…, --password-file, or the settings." };
        var username = new Option<string?>("--username") { Description = "With whose rights: a superuser's. Its password: PGPASSWORD, --password-file, PGPASSFILE, ~/.pgpass. Default: the user of --connection or of the settings." };
        var passwords = new Option<FileInfo?>("--password-file") { Description = "A file in the form of ~/.pgpass, with the passwords of new roles and of --username." };
        var command = new Command("init-roles", "Prints the SQL that makes the roles of a cluster, each with the least privileges it needs; with --apply runs what is missing of it.") { apply, username, passwords, output };
        foreach (var option in roles.All)
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            var application = context.Cluster.ApplicationOf(parsed);
            var options = roles.OptionsOf(parsed, application);
            (options.Username, options.LookTimeout) = (parsed.GetValue(username), context.Cluster.TimeoutOf(parsed));
            var file = parsed.GetValue(passwords) is { } path ? PasswordFile.Read(path) : null;
            options.PassFile = parsed.GetValue(passwords)?.FullName;
            if (!parsed.GetValue(apply))
            {
                await PrintAsync(terminal, options, roles.VersionOf(parsed) is null && context.Cluster.NamesACluster(parsed) ? context.Cluster.OptionsOf(parsed) : null, cancellationToken);
                return ExitCodes.Ok;
            }

            if (roles.VersionOf(parsed) is not null)
                throw new UsageException("--postgres-version is for printing; with --apply the server itself says which version it is: leave it out.");
            var cluster = context.Cluster.OptionsOf(parsed);
            var servers = NodesOf(cluster, options).Select(n => (n.Host, n.Port)).ToList();
            options.PasswordOf = role => RolePasswords.Usable(role, RolePasswords.Variable(role, options),
                RolePasswords.Find(role, options, Environment.GetEnvironmentVariable, file is null ? null : r => file.Find(r, servers), application));
            return await Acts.TellAsync(terminal, "init-roles", parsed.GetValue(output), async () => Told(await InitRoles.ApplyAsync(cluster, options, cancellationToken)));
        }));
        return command;
    }

    private static async Task PrintAsync(Terminal terminal, InitRolesOptions options, HaDatabaseOptions? cluster, CancellationToken cancellationToken)
    {
        if (cluster is not null)
        {
            NodesOf(cluster, options);
            if (await RoleServer.MajorAsync(cluster, options, cancellationToken) is { } major)
                options.PostgresVersion = major;
            else
                await terminal.Error.WriteLineAsync("No server could be asked for its version: this holds from PostgreSQL 15 on (--postgres-version).");
        }

        await terminal.Output.WriteAsync(InitRoles.Write(options));
    }

    private static IReadOnlyList<ConfiguredNode> NodesOf(HaDatabaseOptions cluster, InitRolesOptions options)
    {
        try
        {
            return RoleServer.NodesOf(cluster, options) is { Count: > 0 } nodes ? nodes : throw new UsageException("No server is named: give --connection \"Host=db1,db2,db3\".");
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new UsageException(e.Message);
        }
    }

    private static ActDocument Told(InitRolesResult result)
    {
        var done = result.Statements.Count == 0
            ? $"At {result.Server} nothing was changed: the roles have all that they need."
            : $"At {result.Server} this was run:\n{string.Concat(result.Statements.Select(s => $"  {s};\n"))}";
        return new ActDocument(1, "init-roles", IsDone: true, $"{done.TrimEnd()}{string.Concat(result.Notes.Select(n => $"\n{n}"))}", result.Server);
    }
}
