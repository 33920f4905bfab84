namespace HaConnect.Testing.Processes;

internal enum UnixSignal
{
    Interrupt,
    Quit,
    Kill,
    Terminate,
    Stop,
    Continue,
}
