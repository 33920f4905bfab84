namespace HaConnect.Testing.Processes;

internal static class UnixSignalExtensions
{
    /// <summary>The number of the signal: SIGSTOP and SIGCONT differ between Linux and the BSDs.</summary>
    public static int Number(this UnixSignal signal) => signal switch
    {
        UnixSignal.Hangup => 1,
        UnixSignal.Interrupt => 2,
        UnixSignal.Quit => 3,
        UnixSignal.Kill => 9,
        UnixSignal.Terminate => 15,
        UnixSignal.Stop => OperatingSystem.IsLinux() ? 19 : 17,
        UnixSignal.Continue => OperatingSystem.IsLinux() ? 18 : 19,
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "No such signal."),
    };
}
