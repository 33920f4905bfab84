namespace HaConnect.Operations.Integrity;

/// <summary>A sequence, as a side has it.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Increment">By how much it goes on.</param>
/// <param name="Last">The last value; null where it gave none, or may not be read.</param>
/// <param name="IsReadable">Whether it may be read.</param>
/// <param name="IsLogged">Whether it is in the WAL; that of an identity column of an unlogged table is not.</param>
internal sealed record SequenceState(string Schema, string Name, long Increment, long? Last, bool IsReadable, bool IsLogged = true)
{
    internal string FullName => $"{Schema}.{Name}";
}
