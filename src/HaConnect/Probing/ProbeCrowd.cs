using System.Runtime.InteropServices;

namespace HaConnect.Probing;

/// <summary>The probing sessions of all instances on one server, as one of them saw it.</summary>
/// <param name="Older">How many of them are older than the session that asks.</param>
/// <param name="MaxConnections">The server's <c>max_connections</c>.</param>
/// <param name="SessionsSoFar">How many sessions its database has seen since the statistics began; null before PostgreSQL 15.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProbeCrowd(int Older, int MaxConnections, long? SessionsSoFar)
{
    /// <summary>How many instances may keep their probing session with the server; the others only look in.</summary>
    internal int Seats => Math.Max(1, MaxConnections / 4);

    /// <summary>
    /// The oldest sessions have the seats. Nobody who comes later can take one away, so that no two instances ever push each other
    /// out, and each can tell by itself.
    /// </summary>
    internal bool HasSeat => Older < Seats;
}
