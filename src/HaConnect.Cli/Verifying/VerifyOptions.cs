using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using HaConnect.Cli.Output;
using HaConnect.Operations;

namespace HaConnect.Cli.Verifying;

/// <summary>What <c>verify</c> can be told.</summary>
internal sealed class VerifyOptions
{
    internal Option<string?> Left { get; } = new("--left") { Description = "The side that is right where they differ: a node, or a connection string without password. Default: the primary." };

    internal Option<string[]> Right { get; } = Several("--right", "The side that follows it, likewise; can be given several times. Default: every other node.");

    internal Option<string?> Username { get; } = new("--username") { Description = "As whom to read, for instance haverifier. Its password is taken from PGPASSWORD, PGPASSFILE or ~/.pgpass. Default: the application's." };

    internal Option<OutputFormat> Output { get; } = OutputOption.Create();

    private Option<string[]> Table { get; } = Several("--table", "Only these tables: table or schema.table, * for any text.");

    private Option<string[]> Schema { get; } = Several("--schema", "Only these schemas.");

    private Option<string[]> ExcludeTable { get; } = Several("--exclude-table", "Not these tables.");

    private Option<string[]> ExcludeSchema { get; } = Several("--exclude-schema", "Not these schemas.");

    private Option<int> Parallel { get; } = new("--parallel") { Description = "How many statements run at once at each server. 1 to 32.", DefaultValueFactory = _ => new VerificationOptions().Parallelism };

    private Option<double> MaxLoad { get; } = Number("--max-load", "For what share of the time each of them runs. 0.01 to 1.", new VerificationOptions().MaxLoad);

    private Option<double> Goal { get; } = Number("--goal", "How many per cent of the rows have to be verified as equal.", new VerificationOptions().Goal * 100);

    private Option<int> Show { get; } = new("--show") { Description = "How many rows that differ are shown of each table.", DefaultValueFactory = _ => new VerificationOptions().MaxShownRows };

    private Option<bool> HideValues { get; } = new("--hide-values") { Description = "Show keys and columns of rows that differ, not their values." };

    private Option<TimeSpan> Settle { get; } = SecondsOption.Create("--settle", "Of servers that some other tool keeps in step: for how many seconds a difference has to stay.", 0, 3600, new VerificationOptions().Settle);

    private Option<TimeSpan> Follow { get; } = SecondsOption.Create("--follow", "For how many seconds to wait for a side that follows.", 1, 3600, new VerificationOptions().FollowTimeout);

    internal Option<FileInfo?> Resume { get; } = new("--resume") { Description = "A file that keeps what is verified, so that the same command goes on where it was ended. Of several right sides each has its own, with its name in it." };

    internal Option<FileInfo?> Html { get; } = new("--html") { Description = "Where the report is written as a page; likewise." };

    internal void AddTo(Command command)
    {
        foreach (var option in (Option[])[Left, Right, Username, Table, Schema, ExcludeTable, ExcludeSchema, Parallel, MaxLoad, Goal, Show, HideValues, Settle, Follow, Resume, Html, Output])
            command.Options.Add(option);
    }

    /// <exception cref="UsageException">A value is out of its bounds.</exception>
    internal VerificationOptions Of(ParseResult parsed)
    {
        var options = new VerificationOptions
        {
            Parallelism = parsed.GetValue(Parallel),
            MaxLoad = parsed.GetValue(MaxLoad),
            Goal = parsed.GetValue(Goal) / 100,
            MaxShownRows = parsed.GetValue(Show),
            ShowsValues = !parsed.GetValue(HideValues),
            Settle = parsed.GetValue(Settle),
            FollowTimeout = parsed.GetValue(Follow),
        };
        Fill(options.Tables, parsed.GetValue(Table)!);
        Fill(options.Schemas, parsed.GetValue(Schema)!);
        Fill(options.ExcludedTables, parsed.GetValue(ExcludeTable)!);
        Fill(options.ExcludedSchemas, parsed.GetValue(ExcludeSchema)!);
        try
        {
            options.Validate();
            return options;
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>Of several right sides each its own: its name comes before the extension.</summary>
    internal static string? FileOf(FileInfo? file, VerificationSide right, int sides) => file is null || sides == 1 ? file?.FullName
        : Path.Combine(file.DirectoryName!, $"{Path.GetFileNameWithoutExtension(file.Name)}-{string.Concat(right.Name.Select(c => Path.GetInvalidFileNameChars().Contains(c) || c == ':' ? '_' : c))}{file.Extension}");

    private static void Fill(IList<string> list, IEnumerable<string> values)
    {
        foreach (var value in values)
            list.Add(value);
    }

    private static Option<string[]> Several(string name, string description) => new(name) { Description = description, DefaultValueFactory = _ => [] };

    private static Option<double> Number(string name, string description, double byDefault) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => Parse(result, name, byDefault),
    };

    private static double Parse(ArgumentResult result, string name, double byDefault)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return number;
        result.AddError($"{name} is {text}; it must be a number.");
        return byDefault;
    }
}
