using System.Runtime.InteropServices;
using HaConnect.Routing;
using Npgsql;

namespace HaConnect.Consistency;

/// <summary>A connection for work that may fail and be repeated elsewhere.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Scope">The scope it is made in; null for none.</param>
/// <param name="Process">Where it leads.</param>
/// <param name="SeenUntil">Until when what had been seen in the scope was heeded.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TriedRead(NpgsqlConnection Connection, CausalScope? Scope, ServerProcess Process, long SeenUntil)
{
    /// <summary>Its scope remembers it from now on.</summary>
    internal void Succeeded()
    {
        Scope?.Opened(Process, SeenUntil);
        Scope?.Closed(Process);
    }
}
