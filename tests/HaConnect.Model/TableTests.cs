using System.Globalization;

namespace HaConnect.Model;

/// <summary>What <c>eng/model.sh</c> runs: bounds too large for the test command. It prints one line a search.</summary>
public sealed class TableTests(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public void Search_NamedInTheEnvironment_PrintsItsTable()
    {
        var names = Environment.GetEnvironmentVariable("HACONNECT_MODEL") switch
        {
            null or "" => Configurations.All.Select(b => b.Name).Except(Configurations.Large, StringComparer.Ordinal),
            "all" => Configurations.All.Select(b => b.Name),
            var listed => listed.Split(',', StringSplitOptions.RemoveEmptyEntries),
        };
        var variants = Variants(Environment.GetEnvironmentVariable("HACONNECT_MODEL_BROKEN") ?? "None").ToList();
        var limit = int.Parse(Environment.GetEnvironmentVariable("HACONNECT_MODEL_LIMIT") ?? "200000000", CultureInfo.InvariantCulture);
        var file = Environment.GetEnvironmentVariable("HACONNECT_MODEL_FILE");
        Write(Outcome.Header);
        var found = 0;
        var harmful = new HashSet<(string, Rule)>();
        foreach (var (name, broken) in names.SelectMany(n => variants.Select(v => (n, v))))
        {
            // A combination is of interest where nothing less than all of it does harm.
            if (harmful.Any(h => h.Item1 == name && (h.Item2 & broken) == h.Item2))
                continue;
            var toCheck = broken != Rule.None ? Search.Harm : Search.Everything;
            var outcome = Search.Run(Configurations.Named(name), broken, toCheck, limit);
            Write(outcome.Line);
            if (outcome.Violated != Invariant.None)
            {
                Write(outcome.Story);
                harmful.Add((name, broken));
            }

            found += outcome.Violated == Invariant.None || broken != Rule.None ? 0 : 1;
        }

        Assert.True(found == 0, "the unbroken protocol was violated");

        void Write(string line)
        {
            output.WriteLine(line);
            if (file is not null)
                File.AppendAllText(file, line + "\n");
        }
    }

    /// <summary>All rules one by one, then all pairs, then all triples, as far as asked for; or a list.</summary>
    private static IEnumerable<Rule> Variants(string asked)
    {
        var rules = Enum.GetValues<Rule>().Where(r => r != Rule.None).ToList();
        var pairs = rules.SelectMany(a => rules.Where(b => b > a).Select(b => a | b));
        return asked switch
        {
            "singles" => rules,
            "pairs" => rules.Concat(pairs),
            "triples" => rules.Concat(pairs).Concat(rules.SelectMany(a => rules.Where(b => b > a).SelectMany(b => rules.Where(c => c > b).Select(c => a | b | c)))),
            _ => asked.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<Rule>),
        };
    }
}
