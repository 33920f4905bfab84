namespace HaConnect.Histories;

/// <summary>A promise that was broken, with a sentence that says where to look.</summary>
internal sealed record Violation(ViolationKind Kind, string Sentence)
{
    public override string ToString() => $"{Kind}: {Sentence}";
}
