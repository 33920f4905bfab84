using System.Text.Json;
using System.Text.Json.Serialization;

namespace HaConnect.Scenarios.Format;

/// <summary>Reads a scenario strictly: what is unknown, misspelt, given twice or left without effect is an error.</summary>
internal static class ScenarioFile
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Data");

    private static readonly JsonSerializerOptions s_strict = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new DurationConverter(), new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
    };

    /// <summary>Each by its folder and name.</summary>
    internal static IEnumerable<string> All() => Directory.EnumerateFiles(Root, "*.json", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Order(StringComparer.Ordinal);

    internal static Scenario Read(string file) => Parse(File.ReadAllText(Path.Combine(Root, file)));

    /// <exception cref="JsonException">It is not well-formed.</exception>
    internal static Scenario Parse(string text)
    {
        var scenario = JsonSerializer.Deserialize<Scenario>(text, s_strict) ?? throw new JsonException("there is no scenario");
        return Problem(scenario) is { } problem ? throw new JsonException(problem) : scenario;
    }

    private static string? Problem(Scenario scenario)
    {
        if (scenario.Refused is not null)
            return scenario.Steps.Count > 0 ? "options that are refused have no steps" : null;
        if (scenario.Steps is not [.., { Expect: not null }])
            return "the last step expects nothing";
        if (scenario.Steps.FirstOrDefault(s => s == new Step() || s == new Step { Note = s.Note }) is not null)
            return "a step does nothing";
        if (scenario.Steps.FirstOrDefault(s => s.Expect == new Expected()) is not null)
            return "a step expects nothing in particular";
        var answers = scenario.Steps.SelectMany(s => s.Observe?.Values ?? []).ToList();
        var shown = answers.SelectMany(a => new[] { a.Term, a.NewTerm }).OfType<long>().ToHashSet();
        if (!shown.SetEquals(scenario.Terms.Keys))
            return $"terms {string.Join(", ", scenario.Terms.Keys)} are given, and {string.Join(", ", shown)} are shown";
        return answers.Select(Problem).Concat(scenario.Steps.SelectMany(s => s.Expect?.Reads ?? []).Select(Problem))
            .Concat(scenario.Steps.SelectMany(s => s.Expect?.Nodes ?? new Dictionary<string, ExpectedNode>()).Select(n => n.Value == new ExpectedNode() ? $"nothing is expected of node {n.Key}" : null))
            .FirstOrDefault(p => p is not null);
    }

    private static string? Problem(Answer answer)
    {
        bool[] kinds = [answer.Primary is not null, answer.Standby is not null, answer.Witness, answer.Fails is not null];
        if (kinds.Count(k => k) != 1)
            return $"an answer is exactly one of primary, standby, witness and fails: {answer}";
        return answer.Fails is not null && answer != new Answer { Fails = answer.Fails, Latency = answer.Latency, Senders = answer.Senders } ? $"a probe that fails shows nothing: {answer}" : null;
    }

    private static string? Problem(ExpectedRead read)
    {
        if (read.GoesTo is null == read.Ends is null)
            return $"a read either goes somewhere or ends: {read}";
        if (read.Ends is not null and not ("waits" or "fails" or "refused"))
            return $"a read waits, fails or is refused, it does not '{read.Ends}'";
        if (read.Shares is null != read.Tolerance is null)
            return $"shares come with a tolerance: {read}";
        if (read.Shares is { } shares && (Math.Abs(shares.Values.Sum() - 100) > 1 || !shares.Keys.ToHashSet().SetEquals(read.GoesTo ?? [])))
            return $"shares are those of the nodes that the reads go to, and 100 together: {read}";
        return null;
    }
}
