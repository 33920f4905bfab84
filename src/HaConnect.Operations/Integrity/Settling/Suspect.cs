namespace HaConnect.Operations.Integrity;

/// <summary>Rows of a part of a table that differed, and have to be looked at again.</summary>
/// <param name="parts">The part; of a table that is compared as a whole all of them.</param>
/// <param name="buckets">Into how many buckets it was divided.</param>
/// <param name="wanted">In which of them they are.</param>
/// <param name="candidates">The rows.</param>
internal sealed class Suspect(IReadOnlyList<Part> parts, int buckets, int[] wanted, Dictionary<long, Candidate> candidates)
{
    internal IReadOnlyList<Part> Parts => parts;

    internal int Buckets => buckets;

    internal int[] Wanted => wanted;

    internal Dictionary<long, Candidate> Candidates => candidates;
}
