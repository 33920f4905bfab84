using System.Globalization;
using System.Runtime.InteropServices;

namespace HaConnect.Operations.Drills.Workload;

/// <summary>The key that a row carries: it makes the write idempotent.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WriteKey(int Writer, int Sequence)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Writer}/{Sequence}");
}
