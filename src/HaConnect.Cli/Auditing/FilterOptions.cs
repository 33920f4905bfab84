using System.CommandLine;
using HaConnect.Operations;

namespace HaConnect.Cli.Auditing;

/// <summary>Which records.</summary>
internal sealed class FilterOptions
{
    private readonly Option<DateTimeOffset?> _since = new("--since") { Description = "From this moment on." };
    private readonly Option<DateTimeOffset?> _until = new("--until") { Description = "Before this moment." };
    private readonly Option<string?> _node = new("--node") { Description = "About this node." };
    private readonly Option<long?> _term = new("--term") { Description = "Of this term." };
    private readonly Option<AuditKind[]> _kinds = new("--kind") { Description = "Of these kinds." };
    private readonly Option<string?> _instance = new("--instance") { Description = "Written by this instance." };
    private readonly Option<string?> _by = new("--by") { Description = "Asked for by this person." };
    private readonly Option<string?> _text = new("--text") { Description = "With this text in them." };
    private readonly Option<bool> _upkeep = new("--upkeep") { Description = "With the trail's own records of seals, recoveries and removals." };

    internal void AddTo(Command command)
    {
        foreach (var option in (Option[])[_since, _until, _node, _term, _kinds, _instance, _by, _text, _upkeep])
            command.Options.Add(option);
    }

    internal AuditFilter Of(ParseResult parsed) => new()
    {
        Since = parsed.GetValue(_since),
        Until = parsed.GetValue(_until),
        Node = parsed.GetValue(_node),
        Term = parsed.GetValue(_term),
        Kinds = parsed.GetValue(_kinds) ?? [],
        Instance = parsed.GetValue(_instance),
        By = parsed.GetValue(_by),
        Text = parsed.GetValue(_text),
        IncludesUpkeep = parsed.GetValue(_upkeep),
    };
}
