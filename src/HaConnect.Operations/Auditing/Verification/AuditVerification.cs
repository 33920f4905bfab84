using System.Globalization;
using System.Text;

namespace HaConnect.Operations;

/// <summary>What a verification of an audit trail has found.</summary>
public sealed class AuditVerification
{
    /// <summary>The chain's id; null where nothing of it is there.</summary>
    public string? Chain { get; internal init; }

    /// <summary>How many records of the chain are there, its own about seals and removals among them.</summary>
    public long Records { get; internal init; }

    /// <summary>The number of the first record that is there; what is before it was removed by retention, or is missing. Null where there is none.</summary>
    public long? First { get; internal init; }

    /// <summary>Where the chain ends: the anchor for a later verification. Null where nothing of it is there.</summary>
    public AuditHead? Last { get; internal init; }

    /// <summary>
    /// Bytes of a record at the end that is being written, or was when the process was killed: no Write has returned for it. It is no problem, and is
    /// cut off when the folder is opened.
    /// </summary>
    public long UnfinishedBytes { get; internal init; }

    /// <summary>What was found, in the order of the files; empty where the chain is whole.</summary>
    public IReadOnlyList<AuditProblem> Problems { get; internal init; } = [];

    /// <summary>Whether nothing was found.</summary>
    public bool IsIntact => Problems.Count == 0;

    /// <summary>Where the chain begins and ends, and a line for each problem.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"chain {Chain ?? "unknown"}: {Records} records, from {First?.ToString(CultureInfo.InvariantCulture) ?? "none"} to {Last?.Seq.ToString(CultureInfo.InvariantCulture) ?? "none"}");
        if (Last is { } last)
            text.AppendLine(CultureInfo.InvariantCulture, $"head  {last}");
        if (UnfinishedBytes > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"{UnfinishedBytes} bytes of a record that is not finished are at the end");
        foreach (var problem in Problems)
            text.AppendLine(CultureInfo.InvariantCulture, $"{problem}");
        text.Append(IsIntact ? "OK" : string.Create(CultureInfo.InvariantCulture, $"NOT INTACT: {Problems.Count} problems"));
        return text.ToString();
    }
}
