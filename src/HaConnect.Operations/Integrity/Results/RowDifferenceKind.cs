namespace HaConnect.Operations;

/// <summary>How a row differs.</summary>
public enum RowDifferenceKind
{
    /// <summary>Both sides have it, with other values.</summary>
    Changed = 0,

    /// <summary>Only the left side has it.</summary>
    Missing = 1,

    /// <summary>Only the right side has it.</summary>
    Extra = 2,
}
