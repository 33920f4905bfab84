namespace FailoverDemo;

internal enum Fault
{
    /// <summary>SIGKILL to every process of the primary.</summary>
    Kill,

    /// <summary>SIGSTOP to every process of the primary: connections stay open and nobody answers.</summary>
    Freeze,
}
