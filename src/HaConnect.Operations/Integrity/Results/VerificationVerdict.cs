namespace HaConnect.Operations;

/// <summary>What came out of a verification.</summary>
public enum VerificationVerdict
{
    /// <summary>The rate of rows that were verified as equal meets the goal, and nothing else differs.</summary>
    Met = 0,

    /// <summary>It does not, or a table, a column or a sequence differs.</summary>
    NotMet = 1,

    /// <summary>It could not be found out: what could not be verified might decide it.</summary>
    Unknown = 2,
}
