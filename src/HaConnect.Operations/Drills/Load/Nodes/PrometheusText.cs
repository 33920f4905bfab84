using System.Globalization;

namespace HaConnect.Operations.Drills.Load;

/// <summary>Reads the text that a Prometheus exporter gives: https://prometheus.io/docs/instrumenting/exposition_formats/. What is not of it is left out. Pure.</summary>
internal static class PrometheusText
{
    internal static IEnumerable<PrometheusSample> Read(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.Length > 0 && line[0] != '#' && Parse(line) is { } sample)
                yield return sample;
        }
    }

    private static PrometheusSample? Parse(string line)
    {
        var nameEnd = line.AsSpan().IndexOfAny("{ \t");
        if (nameEnd <= 0)
            return null;
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var at = nameEnd;
        if (line[at] == '{' && (at = Labels(line, at + 1, labels)) < 0)
            return null;
        var value = line[at..].Trim().Split((char[])[' ', '\t'], 2)[0]; // a time of measure may follow
        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? new PrometheusSample(line[..nameEnd], labels, number) : null;
    }

    /// <summary>Where the labels end; negative where they do not.</summary>
    private static int Labels(string line, int at, Dictionary<string, string> labels)
    {
        while (true)
        {
            while (at < line.Length && line[at] is ',' or ' ')
                at++;
            if (at >= line.Length)
                return -1;
            if (line[at] == '}')
                return at + 1;
            var equals = line.IndexOf('=', at);
            if (equals < 0 || equals + 1 >= line.Length || line[equals + 1] != '"')
                return -1;
            var value = new System.Text.StringBuilder();
            var i = equals + 2;
            for (; i < line.Length && line[i] != '"'; i++)
                value.Append(line[i] == '\\' && i + 1 < line.Length ? Unescaped(line[++i]) : line[i]);
            if (i >= line.Length)
                return -1;
            labels[line[at..equals].Trim()] = value.ToString();
            at = i + 1;
        }
    }

    private static char Unescaped(char c) => c == 'n' ? '\n' : c;
}
