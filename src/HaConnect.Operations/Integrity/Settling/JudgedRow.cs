using System.Runtime.InteropServices;

namespace HaConnect.Operations.Integrity;

/// <summary>A row, and what it was judged to be.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct JudgedRow(long Identity, Judgement Judgement);
