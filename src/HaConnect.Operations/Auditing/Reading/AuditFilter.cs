namespace HaConnect.Operations;

/// <summary>Which records are wanted: those for which all that is set holds.</summary>
public sealed class AuditFilter
{
    /// <summary>At this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>About this node.</summary>
    public string? Node { get; init; }

    /// <summary>Of this term.</summary>
    public long? Term { get; init; }

    /// <summary>Of one of these kinds; none for all.</summary>
    public IReadOnlyCollection<AuditKind> Kinds { get; init; } = [];

    /// <summary>Told by this instance, by its whole name or its beginning.</summary>
    public string? Instance { get; init; }

    /// <summary>Asked for by somebody whose name has this in it, in either case.</summary>
    public string? By { get; init; }

    /// <summary>With this in its sentence, in either case.</summary>
    public string? Text { get; init; }

    /// <summary>Whether records of the chain itself are wanted too (seals, removals, recoveries). Default false.</summary>
    public bool IncludesUpkeep { get; init; }

    /// <summary>Whether a record is wanted.</summary>
    public bool Accepts(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var record = entry.Record;
        return (IncludesUpkeep || !entry.IsUpkeep)
            && (Since is null || record.At >= Since)
            && (Until is null || record.At < Until)
            && (Node is null || record.Node == Node)
            && (Term is null || record.Term == Term)
            && (Kinds.Count == 0 || Kinds.Contains(record.Kind))
            && (Instance is null || record.Coordinator.StartsWith(Instance, StringComparison.Ordinal))
            && (By is null || record.By?.Contains(By, StringComparison.OrdinalIgnoreCase) == true)
            && (Text is null || record.Sentence.Contains(Text, StringComparison.OrdinalIgnoreCase));
    }
}
