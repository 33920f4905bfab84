using System.Runtime.InteropServices;

namespace HaConnect.Probing;

/// <summary>What the probing session may read, and whether the server counts sessions (PostgreSQL 15 and later, where that costs no file).</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProbeCapabilities(bool SeesRegister, bool SeesStatistics, bool SeesTerms, bool CountsSessions, bool SeesPauses);
