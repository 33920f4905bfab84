namespace HaConnect.Testing.Processes;

/// <summary>A process and the letter of its state as in proc(5) and ps(1): T is stopped by a signal.</summary>
internal readonly record struct RunningProcess(int Pid, char State)
{
    public bool IsStopped => State is 'T' or 't';
}
