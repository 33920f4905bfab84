using System.Runtime.InteropServices;

namespace HaConnect.Operations.Integrity;

/// <summary>A row that differed at the last look at either side.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Candidate(RowState? Left, RowState? Right);
