using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using HaConnect.Operations.Planning;

namespace HaConnect.Cli.Planning;

/// <summary>What is wanted, from a file, with options on top of it.</summary>
internal sealed class PlanOptions
{
    internal Option<FileInfo?> File { get; } = new("--file", "-f") { Description = "A plan that --save has written. Options come on top of it." };

    internal Option<string?> Nodes { get; } = new("--nodes") { Description = "The data nodes, the first primary first: n1=db1:5432@zone-a,n2=db2@zone-b,… Port and place can be left out." };

    private readonly Option<string?> _witnesses = new("--witness") { Description = "Witnesses, written likewise." };
    private readonly Option<string?> _cluster = new("--cluster-name") { Description = "The cluster's name. Default: main." };
    private readonly Option<string?> _rpo = new("--rpo") { Description = "0: no acked write may be lost in a failover. async: what was acked last may be. Default: 0." };
    private readonly Option<double?> _rto = Number("--rto", "For how many seconds writes may stand still when the primary is lost.");
    private readonly Option<double?> _reads = Number("--read-share", "The share of the load that are reads which replicas may serve, 0 to 1.");
    private readonly Option<double?> _degrade = Number("--degrade-after", "After how many seconds with too few synchronous standbys the primary takes writes alone. Default: never.");
    private readonly Option<int?> _major = new("--postgres") { Description = "The major version of PostgreSQL, 15 to 18. Default: 17." };
    private readonly Option<string?> _programs = new("--program-directory") { Description = "Where PostgreSQL's programs are on the hosts. Default: /usr/lib/postgresql/(major)/bin." };
    private readonly Option<string?> _directory = new("--directory") { Description = "On every host: password files, the application's settings, and the data folders that the file does not name. Default: /var/lib/postgresql/haconnect." };
    private readonly Option<string?> _database = new("--database") { Description = "The application's database. Default: app." };
    private readonly Option<string?> _clients = new("--clients") { Description = "From where applications connect, as pg_hba.conf has it: 10.0.0.0/8,… Default: samenet." };

    private static Option<double?> Number(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            if (double.TryParse(result.Tokens[0].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return number;
            result.AddError($"{name} is {result.Tokens[0].Value}; it must be a number.");
            return null;
        },
    };

    internal IEnumerable<Option> All => [File, Nodes, _witnesses, _cluster, _rpo, _rto, _reads, _degrade, _major, _programs, _directory, _database, _clients];

    internal bool AreMissing(ParseResult parsed) => parsed.GetValue(File) is null && parsed.GetValue(Nodes) is null;

    /// <exception cref="UsageException">The file or an option cannot be read.</exception>
    internal PlanDescription DescriptionOf(ParseResult parsed)
    {
        var plan = parsed.GetValue(File) is { } file ? Read(file) : new PlanDescription();
        return plan with
        {
            Nodes = parsed.GetValue(Nodes) is { } nodes ? NodesOf("--nodes", nodes) : plan.Nodes,
            Witnesses = parsed.GetValue(_witnesses) is { } witnesses ? NodesOf("--witness", witnesses) : plan.Witnesses,
            Cluster = parsed.GetValue(_cluster) ?? plan.Cluster,
            Rpo = parsed.GetValue(_rpo) ?? plan.Rpo,
            RtoSeconds = parsed.GetValue(_rto) ?? plan.RtoSeconds,
            ReadShare = parsed.GetValue(_reads) ?? plan.ReadShare,
            DegradeAfterSeconds = parsed.GetValue(_degrade) ?? plan.DegradeAfterSeconds,
            PostgresMajor = parsed.GetValue(_major) ?? plan.PostgresMajor,
            ProgramDirectory = parsed.GetValue(_programs) ?? plan.ProgramDirectory,
            Directory = parsed.GetValue(_directory) ?? plan.Directory,
            Database = parsed.GetValue(_database) ?? plan.Database,
            Clients = parsed.GetValue(_clients)?.Split(',', StringSplitOptions.TrimEntries) ?? plan.Clients,
        };
    }

    /// <summary><c>name=host:port@place</c>, with commas between.</summary>
    internal static IReadOnlyList<PlannedNode> NodesOf(string option, string text) => [.. text.Split(',', StringSplitOptions.TrimEntries).Select(n => NodeOf(option, n))];

    private static PlannedNode NodeOf(string option, string text)
    {
        var (before, place) = text.Split('@', 2) is [var left, var right] ? (left, right) : (text, null);
        if (before.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } address])
            throw new UsageException($"{option} has '{text}'; write name=host:port@place, where port and place can be left out: n1=db1:5432@zone-a.");
        var colon = address.LastIndexOf(':');
        var hasPort = colon > 0 && !address.EndsWith(']') && (address[0] == '[' || address.IndexOf(':', StringComparison.Ordinal) == colon);
        if (!hasPort)
            return new PlannedNode { Name = name, Host = address.Trim('[', ']'), Place = place };
        return int.TryParse(address[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
            ? new PlannedNode { Name = name, Host = address[..colon].Trim('[', ']'), Port = port, Place = place }
            : throw new UsageException($"{option} has '{text}', where the port is '{address[(colon + 1)..]}'; it must be 1 to 65535.");
    }

    private static PlanDescription Read(FileInfo file)
    {
        try
        {
            return PlanJson.Read(System.IO.File.ReadAllText(file.FullName));
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"--file {file.FullName} is no plan: {e.Message} Write one with --save.");
        }
    }
}
