namespace HaConnect.Topology;

/// <summary>What this instance sees of the voters, apart from how long that is allowed to last.</summary>
/// <param name="Kind">Whether it sees enough of them.</param>
/// <param name="Since">When so many went out of sight that it does not; meaningful only with <see cref="MajorityKind.OutOfSight"/>.</param>
/// <param name="Seen">Which it sees, for people: <c>1 of 3 voters (n1)</c>.</param>
/// <param name="Missing">Which not, and why.</param>
internal sealed record MajorityView(MajorityKind Kind, long Since, string Seen, string Missing)
{
    internal static readonly MajorityView InSight = new(MajorityKind.InSight, 0, "", "");
    internal static readonly MajorityView NotSeenYet = new(MajorityKind.NotSeenYet, 0, "", "");
}
