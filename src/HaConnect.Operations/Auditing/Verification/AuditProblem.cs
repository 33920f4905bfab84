using System.Globalization;

namespace HaConnect.Operations;

/// <summary>Something in an audit trail that its writer has not written, with its place.</summary>
/// <param name="Kind">What was done.</param>
/// <param name="File">The file's name; of a copy the table's.</param>
/// <param name="Line">The line in it, from 1; of a table the row by its order.</param>
/// <param name="Seq">The number of the record: the one that stands there, or where records are missing the first of them; null where it cannot be told.</param>
/// <param name="Sentence">What is wrong, for people.</param>
public sealed record AuditProblem(AuditProblemKind Kind, string File, long Line, long? Seq, string Sentence)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}: {Kind}: {Sentence}");
}
