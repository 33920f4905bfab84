namespace HaConnect.Histories;

/// <summary>An operation from its invocation to its outcome; without one it is not known.</summary>
internal sealed record Operation(Invoked Invoked, OperationEvent? Outcome)
{
    public (string Client, long Op) Key => Invoked.Key;

    public Acked? Acked => Outcome as Acked;

    public bool HasFailed => Outcome is Failed;

    public bool IsWrite => Invoked.Do != OperationKind.Read;

    public string Name => $"{Invoked.Client}/{Invoked.Op}";
}
