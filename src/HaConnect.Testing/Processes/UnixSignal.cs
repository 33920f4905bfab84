namespace HaConnect.Testing.Processes;

internal enum UnixSignal
{
    Hangup,
    Interrupt,
    Quit,
    Kill,
    Terminate,
    Stop,
    Continue,
}
