using System.Runtime.InteropServices;

namespace HaConnect.Topology;

/// <summary>What an instance does about the voters that it does not see. The default: it sees enough of them.</summary>
/// <param name="IsLost">Whether too few have been in sight for long enough.</param>
/// <param name="RefusesWrites">Whether nothing new is written through it.</param>
/// <param name="RefusesReads">Whether it proves nothing of any node.</param>
/// <param name="LostIn">After what time that is so, where nobody comes back in sight; null where only an answer can change anything.</param>
/// <param name="Reason">As a clause for people; null where nothing is to be said.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MajorityDecision(bool IsLost, bool RefusesWrites, bool RefusesReads, TimeSpan? LostIn, string? Reason);
