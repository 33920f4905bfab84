using System.Globalization;

namespace HaConnect.Model;

/// <summary>What <c>eng/model.sh</c> runs: bounds too large for the test command. It prints one line a search.</summary>
public sealed class TableTests(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public void Search_NamedInTheEnvironment_PrintsItsTable()
    {
        var names = (Environment.GetEnvironmentVariable("HACONNECT_MODEL") ?? "three").Split(',', StringSplitOptions.RemoveEmptyEntries);
        var variants = (Environment.GetEnvironmentVariable("HACONNECT_MODEL_BROKEN") ?? "None").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<Rule>).ToList();
        var limit = int.Parse(Environment.GetEnvironmentVariable("HACONNECT_MODEL_LIMIT") ?? "200000000", CultureInfo.InvariantCulture);
        var file = Environment.GetEnvironmentVariable("HACONNECT_MODEL_FILE");
        Write(Outcome.Header);
        var found = 0;
        foreach (var (name, broken) in names.SelectMany(n => variants.Select(v => (n, v))))
        {
            var toCheck = broken != Rule.None ? Search.Harm : Search.Everything;
            var outcome = Search.Run(Configurations.Named(name), broken, toCheck, limit);
            Write(outcome.Line);
            if (outcome.Violated != Invariant.None)
                Write(outcome.Story);
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
}
