using System.Runtime.InteropServices;

namespace HaConnect.Operations.Integrity;

/// <summary>A row as a side had it at one look: what it was, and which version of it (<c>xmin</c>); of rows without a key how many of the same there were.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RowState(long Digest, long Version);
