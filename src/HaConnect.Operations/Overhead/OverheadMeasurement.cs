namespace HaConnect.Operations;

/// <summary>One way to open a connection, and dispose of it again, beside the plain one. Each figure is the median of the rounds.</summary>
public sealed class OverheadMeasurement
{
    internal OverheadMeasurement(string what, string node) => (What, Node) = (what, node);

    /// <summary><c>primary</c> or <c>read</c>.</summary>
    public string What { get; }

    /// <summary>The node that the plain data source leads to; reads go to any replica that qualifies.</summary>
    public string Node { get; }

    /// <summary>Of a plain NpgsqlDataSource, in nanoseconds.</summary>
    public double PlainNanoseconds { get; internal init; }

    /// <summary>Through HaConnect, in nanoseconds.</summary>
    public double HaConnectNanoseconds { get; internal init; }

    /// <summary>The second over the first, round by round.</summary>
    public double Ratio { get; internal init; }

    /// <summary>The second less the first, round by round; negative where HaConnect was faster.</summary>
    public double AddedNanoseconds { get; internal init; }

    /// <summary>Bytes that HaConnect allocates beyond plain.</summary>
    public long AddedBytes { get; internal init; }
}
