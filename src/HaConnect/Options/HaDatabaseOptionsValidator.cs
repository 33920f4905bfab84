using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;

namespace HaConnect.Options;

/// <summary>
/// The one validator: all errors at once, each naming the setting, its value and the remedy. The bounds stand beside each
/// setting in its own class.
/// </summary>
internal sealed class HaDatabaseOptionsValidator : IValidateOptions<HaDatabaseOptions>
{
    public ValidateOptionsResult Validate(string? name, HaDatabaseOptions options)
    {
        var errors = new List<string>();
        ValidateNodes(options, errors);
        ValidateTimes(options, errors);
        ValidateFailover(options, errors);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    internal static void ThrowIfInvalid(HaDatabaseOptions options)
    {
        var result = new HaDatabaseOptionsValidator().Validate(null, options);
        if (result.Failed)
            throw new OptionsValidationException(nameof(HaDatabaseOptions), typeof(HaDatabaseOptions), result.Failures);
    }

    private static void ValidateNodes(HaDatabaseOptions options, List<string> errors)
    {
        NpgsqlConnectionStringBuilder connectionString;
        IReadOnlyList<ConfiguredNode> nodes;
        try
        {
            connectionString = new NpgsqlConnectionStringBuilder(options.ConnectionString);
            nodes = ConfiguredNode.DataNodesOf(options);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            errors.Add($"ConnectionString cannot be read: {e.Message} See Npgsql's connection string parameters.");
            return;
        }

        var isDiscovered = options.Discovery.Sources.Count > 0;
        if (nodes.Count == 0 && !isDiscovered)
            errors.Add("ConnectionString names no host and Nodes is empty. Give Host=db1,db2,db3 in ConnectionString, or list the nodes in Nodes, or add a discovery (AddDiscovery).");
        if (nodes.Count == 0 && isDiscovered && options.Failover.Mode == FailoverMode.Coordinate)
            errors.Add("Failover.Mode is Coordinate, but ConnectionString names no host and Nodes is empty: discovered nodes do not vote. List the nodes, or set Failover.Mode = Observe.");
        if (options.Nodes.Count > 0 && !string.IsNullOrEmpty(connectionString.Host))
            errors.Add($"ConnectionString has Host={connectionString.Host}, but Nodes lists {options.Nodes.Count} nodes too. Remove Host from ConnectionString, or Nodes.");
        if (connectionString.Multiplexing)
            errors.Add("ConnectionString has Multiplexing=true, which ties no session to an operation. Remove it.");
        if (connectionString.TargetSessionAttributes is not null)
            errors.Add($"ConnectionString has Target Session Attributes={connectionString.TargetSessionAttributes}; HaConnect chooses the node itself. Remove it.");
        if (connectionString.LoadBalanceHosts)
            errors.Add("ConnectionString has Load Balance Hosts=true; HaConnect balances reads itself. Remove it.");

        if (options.Routing.Zone is { } zone && !isDiscovered && !nodes.Any(n => n.Zone == zone))
            errors.Add($"Routing.Zone is '{zone}', and no node is of that zone (zones in Nodes: {(string.Join(", ", nodes.Select(n => n.Zone).OfType<string>().Distinct(StringComparer.Ordinal)) is { Length: > 0 } zones ? zones : "none")}). Set Zone in Nodes, or leave Routing.Zone out.");
        ValidateEach(nodes, "Nodes", errors);
        ValidateEach(ConfiguredNode.WitnessesOf(options), "Failover.Witnesses", errors);
        foreach (var group in nodes.Concat(ConfiguredNode.WitnessesOf(options)).GroupBy(n => n.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
            errors.Add($"The node name '{group.Key}' is used {group.Count()} times. Give each node and witness a name of its own.");
        foreach (var group in nodes.Concat(ConfiguredNode.WitnessesOf(options)).GroupBy(n => (n.Host, n.Port)).Where(g => g.Count() > 1))
            errors.Add($"The host {group.Key.Host}:{group.Key.Port} is listed {group.Count()} times. List each server once.");
    }

    private static void ValidateEach(IReadOnlyList<ConfiguredNode> nodes, string setting, List<string> errors)
    {
        foreach (var node in nodes)
        {
            if (string.IsNullOrWhiteSpace(node.Host))
                errors.Add($"{setting}: node '{node.Name}' has no Host. Give its host name or address.");
            if (node.Port is < 1 or > 65535)
                errors.Add($"{setting}: node '{node.Name}' has Port {node.Port}; it must be 1 to 65535.");
            if (node.Weight is < 0 or > 1000)
                errors.Add($"{setting}: node '{node.Name}' has Weight {node.Weight}; it must be 0 (in reserve) to 1000.");
            if (!IsName(node.Name))
                errors.Add($"{setting}: the name '{node.Name}' must have 1 to 63 printable ASCII characters, none of them a blank, a comma or a quote, since PostgreSQL lists it in synchronous_standby_names.");
        }
    }

    private static void ValidateTimes(HaDatabaseOptions options, List<string> errors)
    {
        InRange("Routing.MaxReplicaLag", options.Routing.MaxReplicaLag, TimeSpan.FromMilliseconds(40), TimeSpan.FromDays(1), errors);
        InRange("Routing.CatchUpTimeout", options.Routing.CatchUpTimeout, TimeSpan.Zero, TimeSpan.FromSeconds(10), errors);
        InRange("Routing.LatencyWindow", options.Routing.LatencyWindow, TimeSpan.Zero, TimeSpan.FromSeconds(10), errors);
        InRange("Routing.FailbackDelay", options.Routing.FailbackDelay, TimeSpan.Zero, TimeSpan.FromMinutes(10), errors);
        InRange("Routing.FailbackRamp", options.Routing.FailbackRamp, TimeSpan.Zero, TimeSpan.FromHours(1), errors);
        if (options.Routing.MaxPrimaryReadShare is not (>= 0 and <= 1))
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"Routing.MaxPrimaryReadShare is {options.Routing.MaxPrimaryReadShare}; it must be 0 (none) to 1 (no limit)."));
        InRange("Discovery.Interval", options.Discovery.Interval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), errors);
        InRange("Discovery.Timeout", options.Discovery.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), errors);
        InRange("Discovery.ForgetAfter", options.Discovery.ForgetAfter, TimeSpan.FromSeconds(10), TimeSpan.FromDays(1), errors);
        if (options.Routing.HedgeAfter != TimeSpan.Zero)
            InRange("Routing.HedgeAfter", options.Routing.HedgeAfter, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10), errors);
        InRange("Probing.SuspectInterval", options.Probing.SuspectInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10), errors);
        InRange("Probing.Timeout", options.Probing.Timeout, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(30), errors);
        InRange("Connections.WaitTimeout", options.Connections.WaitTimeout, TimeSpan.Zero, TimeSpan.FromHours(1), errors);
        InRange("Failover.LeaseDuration", options.Failover.LeaseDuration, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), errors);
        InRange("Failover.StepTimeout", options.Failover.StepTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60), errors);
        InRange("Failover.StartupGrace", options.Failover.StartupGrace, TimeSpan.Zero, TimeSpan.FromMinutes(10), errors);
        InRange("Failover.DropStandbyAfter", options.Failover.DropStandbyAfter, TimeSpan.FromSeconds(4), TimeSpan.FromDays(1), errors);
        if (options.Failover.DegradeAfter is { } degradeAfter)
            InRange("Failover.DegradeAfter", degradeAfter, TimeSpan.FromSeconds(4), TimeSpan.FromDays(1), errors);
        InRange("Failover.FailoverWindow", options.Failover.FailoverWindow, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), errors);
        InRange("Failover.Fencing.Timeout", options.Failover.Fencing.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2), errors);
        InRange("Failover.WithoutMajority.Timeout", options.Failover.WithoutMajority.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), errors);
        if (options.Probing.TimeoutsUntilUnreachable is < 1 or > 20)
            errors.Add($"Probing.TimeoutsUntilUnreachable is {options.Probing.TimeoutsUntilUnreachable}; it must be 1 to 20.");
        Defined("Routing.Fallback", options.Routing.Fallback, errors);
        Defined("Routing.Consistency", options.Routing.Consistency, errors);
        Defined("Routing.Replicas", options.Routing.Replicas, errors);
        Defined("Routing.Balancing", options.Routing.Balancing, errors);

        if (options.Probing.Interval is not { } interval)
            return;
        InRange("Probing.Interval", interval, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(5), errors);
        if (options.Routing.MaxReplicaLag > TimeSpan.Zero && interval > options.Routing.MaxReplicaLag / 4)
            errors.Add($"Probing.Interval is {interval}, which cannot prove Routing.MaxReplicaLag = {options.Routing.MaxReplicaLag}: it must be at most a quarter of it, {options.Routing.MaxReplicaLag / 4}. Lower the interval, raise the bound, or leave the interval out.");
    }

    private static void ValidateFailover(HaDatabaseOptions options, List<string> errors)
    {
        var failover = options.Failover;
        if (!IsName(options.ClusterName) || options.ClusterName.Length > 40 || !options.ClusterName.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            errors.Add($"ClusterName is '{options.ClusterName}'; it must have 1 to 40 letters, digits, '-', '_' or '.'.");
        if (string.IsNullOrWhiteSpace(failover.ControlDatabase))
            errors.Add("Failover.ControlDatabase is empty. Give the database that holds the locks, or leave it out for 'postgres'.");
        if (failover.MaxDataLossBytes < 0)
            errors.Add($"Failover.MaxDataLossBytes is {failover.MaxDataLossBytes}; it must be 0 or more bytes.");
        if (failover.MaxFailovers is < 1 or > 100)
            errors.Add($"Failover.MaxFailovers is {failover.MaxFailovers}; it must be 1 to 100.");
        if (failover.ControlPassword is not null && failover.ControlUsername is null)
            errors.Add("Failover.ControlPassword is set without Failover.ControlUsername. Name the user too.");
        if (failover.RequiredSynchronousStandbys < 0)
            errors.Add($"Failover.RequiredSynchronousStandbys is {failover.RequiredSynchronousStandbys}; it must be 0 (asynchronous) or more.");
        Defined("Failover.WithoutMajority.Writes", failover.WithoutMajority.Writes, errors);
        Defined("Failover.WithoutMajority.Reads", failover.WithoutMajority.Reads, errors);
        if (failover.Mode == FailoverMode.Observe)
            return;

        if (!Enum.IsDefined(failover.Mode))
            errors.Add($"Failover.Mode is {(int)failover.Mode}; it must be Observe or Coordinate.");
        if (string.IsNullOrWhiteSpace(failover.Replication.Username))
            errors.Add("Failover.Replication.Username is empty. Failover.Mode = Coordinate repoints standbys and needs the user they replicate with.");
        if (failover.Replication is { Password: not null, PassFile: not null })
            errors.Add("Failover.Replication has both Password and PassFile. Give one of them.");

        if (failover.Fencing.Command is { } command && !(Path.IsPathFullyQualified(command) && File.Exists(command)))
            errors.Add($"Failover.Fencing.Command is '{command}'; it must be the absolute path of a program that is on this host. Without it no failover could begin from here.");
        if (failover.Fencing is { Command: null, DryRun: true })
            errors.Add("Failover.Fencing.DryRun is true, but Failover.Fencing.Command is not set: there is nothing to rehearse. Give the program.");

        var dataNodes = SafeDataNodes(options);
        if (dataNodes is 1)
            errors.Add("Failover.Mode is Coordinate, but there is a single node: nothing could be promoted. List the standbys too, or set Failover.Mode = Observe.");
        else if (dataNodes > 1 && failover.RequiredSynchronousStandbys > dataNodes - 1)
            errors.Add($"Failover.RequiredSynchronousStandbys is {failover.RequiredSynchronousStandbys}, but {dataNodes} nodes have {dataNodes - 1} standbys at most. Lower it, or add nodes.");
    }

    private static int SafeDataNodes(HaDatabaseOptions options)
    {
        try
        {
            return ConfiguredNode.DataNodesOf(options).Count;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            return 0; // already reported by ValidateNodes
        }
    }

    private static bool IsName(string name) =>
        name.Length is >= 1 and <= 63 && name.All(c => c is > ' ' and < '\x7f' and not '"' and not '\'' and not ',' and not '\\');

    private static void Defined<T>(string setting, T value, List<string> errors)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            errors.Add($"{setting} is {value:D}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.");
    }

    private static void InRange(string setting, TimeSpan value, TimeSpan least, TimeSpan most, List<string> errors)
    {
        if (value < least || value > most)
            errors.Add($"{setting} is {value}; it must be {least} to {most}.");
    }
}
