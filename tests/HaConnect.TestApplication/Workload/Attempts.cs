namespace HaConnect.TestApplication;

/// <summary>What the attempts at one operation have come to. The last one begun speaks; an abandoned one may still be running.</summary>
internal sealed class Attempts
{
    private int _begun;

    internal int Begun => Volatile.Read(ref _begun);

    internal Attempt Begin() => new(Interlocked.Increment(ref _begun));
}
