using HaConnect.Options;

namespace HaConnect.Operations.Drills.Staging;

/// <summary>Whether a cluster that runs elsewhere may be broken on purpose. Pure; it fails safe: a cluster of which nobody says what it is for is left alone.</summary>
internal static class StagingRules
{
    private static readonly string[] s_variables = ["DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT"];

    /// <exception cref="DrillRefusedException">It may not; the message says why, and what to do.</exception>
    internal static void Require(HaDatabaseOptions cluster, DrillOptions options) => Require(cluster, options, Environment.GetEnvironmentVariable);

    internal static void Require(HaDatabaseOptions cluster, DrillOptions options, Func<string, string?> variable)
    {
        if (options.Cluster.Length == 0)
            throw new DrillRefusedException($"A drill breaks things. Confirm it by the name of the cluster, which is {cluster.ClusterName} in these settings: --cluster {cluster.ClusterName}.");
        if (options.Cluster != cluster.ClusterName)
            throw new DrillRefusedException($"The confirmation is {options.Cluster}, but these settings are of the cluster {cluster.ClusterName}. Give the settings of the cluster that is to be broken, and its name.");
        if (WhyNot(cluster, options.Environment, variable) is { } statement)
            throw new DrillRefusedException(statement);
        if (cluster.Failover.Mode != FailoverMode.Coordinate)
            throw new DrillRefusedException($"Failover.Mode is {cluster.Failover.Mode}, and the way back is a switchover: set it to Coordinate, with the control user (Failover.ControlUsername), as the application's instances have it. The drill itself does not coordinate.");
        RequireCommands(cluster, options);
    }

    /// <summary>By what its settings, a person (<paramref name="environment"/>) and the environment of this process say of it.</summary>
    /// <returns>Why it may not be broken; null where it may.</returns>
    internal static string? WhyNot(HaDatabaseOptions cluster, string? environment) => WhyNot(cluster, environment, Environment.GetEnvironmentVariable);

    private static string? WhyNot(HaDatabaseOptions cluster, string? environment, Func<string, string?> variable)
    {
        if (IsProduction(cluster.Environment))
            return $"The settings say of {cluster.ClusterName}: Environment = {cluster.Environment}. That is production, where no drill is run. Drill a staging cluster, or a throw-away one (--local).";
        if (IsProduction(environment))
            return $"--environment is {environment}, which is production, where no drill is run. Drill a staging cluster, or a throw-away one (--local).";
        foreach (var name in s_variables)
        {
            if (IsProduction(variable(name)))
                return $"{name} is {variable(name)}: this is an environment of production, and a drill is not run from one.";
        }

        return string.IsNullOrWhiteSpace(cluster.Environment) && string.IsNullOrWhiteSpace(environment)
            ? $"Nobody says what {cluster.ClusterName} is for. Where it is not production, say so: Environment = Staging in its settings, or --environment staging."
            : null;
    }

    /// <summary>Whether a word of it is production, or live. A name that only sounds like it counts: better a drill too few.</summary>
    internal static bool IsProduction(string? environment) => environment is not null
        && Words(environment).Any(word => word.StartsWith("prod", StringComparison.OrdinalIgnoreCase) || word.Equals("live", StringComparison.OrdinalIgnoreCase));

    /// <summary>What instances have said when they were started lately, as the trail on the cluster has it.</summary>
    /// <returns>Why it may not be broken; null where it may.</returns>
    internal static string? Statement(IEnumerable<AuditRecord> started) => started
        .Where(record => EnvironmentOf(record) is { } said && IsProduction(said))
        .Select(record => $"The audit trail on the cluster says that it is in production: {record.Coordinator} was started on {record.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC with Environment: {EnvironmentOf(record)}. A statement holds for 90 days; where it is of another cluster, as a copy of production has it, give this one a ClusterName of its own.")
        .FirstOrDefault();

    private static string? EnvironmentOf(AuditRecord record)
    {
        const string Name = "Environment: ";
        var part = record.After?.Split("; ").FirstOrDefault(p => p.StartsWith(Name, StringComparison.Ordinal));
        return part?[Name.Length..];
    }

    private static void RequireCommands(HaDatabaseOptions cluster, DrillOptions options)
    {
        if (options.Kind != DrillKind.Switchover && string.IsNullOrWhiteSpace(options.FaultCommand))
            throw new DrillRefusedException("--fault-command is missing: from here no process of another host can be killed. For instance: --fault-command 'ssh $HACONNECT_HOST sudo systemctl kill -s KILL postgresql@15-main'.");
        if (string.IsNullOrWhiteSpace(options.RestoreCommand))
            throw new DrillRefusedException("--restore-command is missing: it brings a node back as a standby afterwards, by haconnect rejoin on its host for instance: --restore-command 'ssh $HACONNECT_HOST sudo -u postgres haconnect rejoin $HACONNECT_NODE …'.");
        var names = ConfiguredNode.DataNodesOf(cluster).Select(n => n.Name).ToList();
        if (options.Kind == DrillKind.Disaster && options.SiteNodes.Count == 0)
            throw new DrillRefusedException($"--site-node is missing: say which nodes the fault command strikes beside the primary, of {string.Join(", ", names)}.");
        if (options.SiteNodes.FirstOrDefault(n => !names.Contains(n, StringComparer.Ordinal)) is { } unknown)
            throw new DrillRefusedException($"--site-node is {unknown}, and there is no such node; there are {string.Join(", ", names)}.");
    }

    /// <summary>A site is more than the primary.</summary>
    /// <param name="kind">What is drilled.</param>
    /// <param name="primary">Who is the primary now.</param>
    /// <param name="struck">Who is struck, the primary included.</param>
    internal static void RequireSite(DrillKind kind, string primary, IReadOnlyList<string> struck)
    {
        if (kind == DrillKind.Disaster && struck.Count < 2)
            throw new DrillRefusedException($"--site-node is {primary}, which is the primary now and is struck anyway: name which nodes the fault command strikes beside it. For the primary alone there is drill failover.");
    }

    private static IEnumerable<string> Words(string text)
    {
        var from = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsLetter(text[i]))
                continue;
            if (i > from)
                yield return text[from..i];
            from = i + 1;
        }
    }
}
