namespace HaConnect.Operations;

/// <summary>What a <see cref="VerificationNote"/> means for the verdict.</summary>
public enum VerificationNoteKind
{
    /// <summary>To be known; changes nothing.</summary>
    Note = 0,

    /// <summary>The sides differ in something that is not a row: a table, a column, a sequence.</summary>
    Difference = 1,

    /// <summary>Something could not be verified.</summary>
    NotVerified = 2,
}
