using System.Text;

namespace HaConnect.Operations.Runbooks;

/// <summary>Markdown with blocks of commands, each with a step of its own by which a program finds it.</summary>
internal sealed class RunbookText
{
    /// <summary>For commands that may be run wherever psql reaches the nodes.</summary>
    internal const string Anywhere = "any host";

    private readonly StringBuilder _text = new();

    internal void Heading(int level, string text) => _text.Append('#', level).Append(' ').Append(text).Append("\n\n");

    internal void Paragraph(string text) => _text.Append(text).Append("\n\n");

    internal void Row(params string[] cells) => _text.Append("| ").AppendJoin(" | ", cells.Select(c => c.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" "))).Append(" |\n");

    internal void EndOfTable() => _text.Append('\n');

    /// <param name="step">Its step, once in the document.</param>
    /// <param name="on">On whose host it is run.</param>
    /// <param name="commands">The commands.</param>
    internal void Commands(string step, string on, string commands)
    {
        // No value can end the block: the fence is longer than any run of ticks in it.
        var fence = new string('`', Math.Max(3, LongestRun(commands) + 1));
        _text.Append("On ").Append(on == Anywhere ? on : $"the host of {Name(on)}").Append(":\n\n").Append(fence).Append("sh ").Append(step).Append('\n').Append(commands).Append('\n').Append(fence).Append("\n\n");
    }

    /// <summary>A name in a sentence.</summary>
    internal static string Name(string name)
    {
        var text = string.Concat(name.Select(static c => char.IsControl(c) ? ' ' : c));
        var ticks = new string('`', LongestRun(text) + 1);
        return text.StartsWith('`') || text.EndsWith('`') ? $"{ticks} {text} {ticks}" : $"{ticks}{text}{ticks}";
    }

    internal static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(Name));

    public override string ToString() => _text.ToString().TrimEnd('\n') + "\n";

    private static int LongestRun(string text)
    {
        var (longest, run) = (0, 0);
        foreach (var c in text)
            longest = Math.Max(longest, run = c == '`' ? run + 1 : 0);
        return longest;
    }
}
