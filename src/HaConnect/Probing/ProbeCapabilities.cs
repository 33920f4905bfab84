using System.Runtime.InteropServices;

namespace HaConnect.Probing;

/// <summary>What the probing session may read.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProbeCapabilities(bool SeesRegister, bool SeesStatistics, bool SeesTerms);
