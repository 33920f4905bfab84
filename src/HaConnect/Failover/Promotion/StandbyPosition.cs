using System.Runtime.InteropServices;
using HaConnect.Probing;

namespace HaConnect.Failover.Promotion;

/// <summary>
/// How far a cut-off standby has come: the newest term whose row it has replayed, and the greatest of its received and replayed
/// positions. Positions are comparable within one term only.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StandbyPosition(TermRow? Term, ulong Received, ulong Replayed)
{
    internal long TermNumber => Term?.Term ?? 0;

    internal ulong Furthest => Math.Max(Received, Replayed);
}
