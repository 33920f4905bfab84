namespace HaConnect.ClusterTests.Integrity.Trials;

/// <summary>One random change: what was done, and whether just that was found.</summary>
/// <param name="Kind">What was changed.</param>
/// <param name="Table">Where.</param>
/// <param name="What">The statement or the place, to do it again.</param>
/// <param name="IsFound">Whether just that was told.</param>
/// <param name="Told">What was told.</param>
internal sealed record Trial(string Kind, string Table, string What, bool IsFound, string Told);
