namespace HaConnect.Testing.Processes;

internal static class UnixSignalExtensions
{
    /// <summary>The number of the signal here: SIGSTOP and SIGCONT differ between Linux and macOS.</summary>
    public static int Number(this UnixSignal signal) => OperatingSystem.IsLinux() ? signal.LinuxNumber() : signal switch
    {
        UnixSignal.Stop => 17,
        UnixSignal.Continue => 19,
        _ => signal.LinuxNumber(),
    };

    /// <summary>The number of the signal on Linux, as in a container.</summary>
    public static int LinuxNumber(this UnixSignal signal) => signal switch
    {
        UnixSignal.Interrupt => 2,
        UnixSignal.Quit => 3,
        UnixSignal.Kill => 9,
        UnixSignal.Terminate => 15,
        UnixSignal.Continue => 18,
        UnixSignal.Stop => 19,
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "No such signal."),
    };
}
