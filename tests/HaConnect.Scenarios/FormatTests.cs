using System.Text.Json;
using HaConnect.Scenarios.Format;
using HaConnect.Scenarios.Running;

namespace HaConnect.Scenarios;

/// <summary>Each file says what it mirrors, and a scenario that is wrong in any place does not pass.</summary>
public sealed class FormatTests
{
    private const string Whole = """
        {
          "title": "t", "mirrors": "m", "nodes": ["a", "b"],
          "steps": [
            { "observe": { "a": { "primary": "0/3000060" }, "b": { "fails": "57P03" } } },
            { "after": "1 s", "observe": { "a": { "primary": "0/3000060" }, "b": { "standby": "0/3000060" } }, "expect": { "primary": "a", "write": "a", "reason": "only node", "watched": 3, "logged": ["NodeReachable: a", "PrimaryFound: Primary is a"],
              "nodes": { "b": { "role": "Standby", "proven": true, "lag": "0 ms" } },
              "reads": [{ "goesTo": ["b"] }, { "policy": { "nodes": ["a"], "fallback": "Fail" }, "ends": "fails", "says": "only a will do" }] } }]
        }
        """;

    private static readonly Dictionary<string, string> s_sources = new()
    {
        ["Npgsql"] = "Npgsql MultipleHostsTests.",
        ["Pgjdbc"] = "pgjdbc MultiHostsConnectionTest.",
        ["ServerSelection"] = "MongoDB server-selection/",
        ["MaxStaleness"] = "MongoDB max-staleness/",
        ["TopologyChange"] = "MongoDB server-discovery-and-monitoring/",
    };

    public static TheoryData<string> Files => [.. ScenarioFile.All()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_EachFile_SaysWhatItMirrors(string file)
    {
        var scenario = ScenarioFile.Read(file);
        Assert.StartsWith(s_sources[file.Split('/')[0]], scenario.Mirrors, StringComparison.Ordinal);
        Assert.NotEmpty(scenario.Title);
        Assert.NotEqual("", scenario.Differs);
    }

    [Fact]
    public void Read_AllFiles_NoTwoHaveOneTitleAndEachFolderHasSome()
    {
        var files = ScenarioFile.All().ToList();
        Assert.Equal(files.Count, files.Select(f => ScenarioFile.Read(f).Title).Distinct().Count());
        Assert.Equal(s_sources.Keys.Order(StringComparer.Ordinal), files.Select(f => f.Split('/')[0]).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public Task Run_Whole_Passes() => ScenarioRun.RunAsync(ScenarioFile.Parse(Whole));

    [Fact]
    public Task Run_ExampleInTheReadme_Passes()
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"));
        return ScenarioRun.RunAsync(ScenarioFile.Parse(text.Split("```json")[1].Split("```")[0]));
    }

    [Theory]
    [InlineData("\"primary\": \"a\"", "\"primary\": \"b\"")]
    [InlineData("\"primary\": \"a\"", "\"primary\": \"none\"")]
    [InlineData("\"write\": \"a\"", "\"write\": \"waits\"")]
    [InlineData("only node", "on the highest timeline")]
    [InlineData("\"watched\": 3", "\"watched\": 2")]
    [InlineData("\"NodeReachable: a\", ", "")]
    [InlineData("Primary is a", "Primary is b")]
    [InlineData("\"role\": \"Standby\"", "\"role\": \"Primary\"")]
    [InlineData("\"proven\": true", "\"proven\": false")]
    [InlineData("\"lag\": \"0 ms\"", "\"lag\": \"1 ms\"")]
    [InlineData("\"goesTo\": [\"b\"]", "\"goesTo\": [\"a\"]")]
    [InlineData("\"goesTo\": [\"b\"]", "\"goesTo\": [\"a\", \"b\"]")]
    [InlineData("\"goesTo\": [\"b\"]", "\"goesTo\": [\"b\"], \"why\": { \"a\": \"it is asleep\" }")]
    [InlineData("\"goesTo\": [\"b\"]", "\"ends\": \"waits\"")]
    [InlineData("\"ends\": \"fails\"", "\"ends\": \"waits\"")]
    [InlineData("only a will do", "only b will do")]
    public async Task Run_OneExpectationIsWrong_Fails(string right, string wrong) =>
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => ScenarioRun.RunAsync(ScenarioFile.Parse(Changed(right, wrong))));

    [Theory]
    [InlineData("\"title\": \"t\", ", "")]
    [InlineData("\"mirrors\": \"m\", ", "")]
    [InlineData("\"write\"", "\"writes\"")]
    [InlineData("\"write\": \"a\"", "\"write\": \"a\", \"write\": \"a\"")]
    [InlineData("\"role\": \"Standby\", \"proven\": true, \"lag\": \"0 ms\"", "")]
    [InlineData("Standby", "Stand by")]
    [InlineData("0 ms", "0 fortnights")]
    [InlineData("\"goesTo\": [\"b\"]", "")]
    [InlineData("\"goesTo\": [\"b\"]", "\"goesTo\": [\"b\"], \"ends\": \"waits\"")]
    [InlineData("\"goesTo\": [\"b\"]", "\"goesTo\": [\"b\"], \"shares\": { \"b\": 100 }")]
    [InlineData("\"goesTo\": [\"b\"]", "\"goesTo\": [\"b\"], \"shares\": { \"b\": 50 }, \"tolerance\": 1")]
    [InlineData("\"ends\": \"fails\"", "\"ends\": \"stops\"")]
    [InlineData("{ \"standby\": \"0/3000060\" }", "{ \"standby\": \"0/3000060\", \"fails\": \"refused\" }")]
    [InlineData("{ \"standby\": \"0/3000060\" }", "{ \"fails\": \"refused\", \"timeline\": 2 }")]
    [InlineData("{ \"standby\": \"0/3000060\" }", "{ \"standby\": \"0/3000060\", \"term\": 1 }")]
    [InlineData("\"nodes\": [\"a\", \"b\"],", "\"nodes\": [\"a\", \"b\"], \"terms\": { \"1\": { \"primary\": \"a\" } },")]
    [InlineData("\"nodes\": [\"a\", \"b\"],", "\"nodes\": [\"a\", \"b\"], \"refused\": \"it\",")]
    public void Parse_NotWellFormed_Throws(string right, string wrong) => Assert.Throws<JsonException>(() => ScenarioFile.Parse(Changed(right, wrong)));

    [Theory]
    [InlineData("\"b\": { \"standby\"", "\"c\": { \"standby\"")]
    [InlineData("\"b\": { \"role\"", "\"c\": { \"role\"")]
    [InlineData("{ \"standby\": \"0/3000060\" }", "{ \"fails\": \"somehow\" }")]
    [InlineData("\"nodes\": [\"a\", \"b\"],", "\"nodes\": [\"a\", \"b\"], \"options\": { \"Rooting\": {} },")]
    public async Task Run_UnknownName_Throws(string right, string wrong) =>
        await Assert.ThrowsAnyAsync<Exception>(() => ScenarioRun.RunAsync(ScenarioFile.Parse(Changed(right, wrong))));

    private static string Changed(string right, string wrong)
    {
        Assert.Contains(right, Whole, StringComparison.Ordinal);
        return Whole.Replace(right, wrong, StringComparison.Ordinal);
    }
}
