namespace HaConnect.TestApplication;

/// <summary>One attempt at a write, and what its server said of itself.</summary>
internal sealed class Attempt(int number)
{
    internal int Number => number;

    internal string Node { get; set; } = "";

    internal int? Timeline { get; set; }

    /// <summary>Just before the statement was sent that commits.</summary>
    internal long Sent { get; set; }
}
