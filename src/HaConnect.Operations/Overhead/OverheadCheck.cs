namespace HaConnect.Operations;

/// <summary>A limit, and whether it was kept.</summary>
public sealed class OverheadCheck
{
    internal OverheadCheck(string what, double measured, double max) => (What, Measured, Max) = (what, measured, max);

    /// <summary>What is limited, for people.</summary>
    public string What { get; }

    /// <summary>What was measured, in the unit of the limit.</summary>
    public double Measured { get; }

    /// <summary>The most that is allowed.</summary>
    public double Max { get; }

    /// <summary>Whether it was kept.</summary>
    public bool Passed => Measured <= Max;
}
