namespace HaConnect.Testing;

/// <summary>How a server is asked to stop, as <c>pg_ctl stop -m</c> names it.</summary>
public enum StopMode
{
    /// <summary>Sessions are ended, a shutdown checkpoint is written. A primary first waits for its reachable standbys to receive all WAL.</summary>
    Fast,

    /// <summary>All processes leave at once without a checkpoint; the next start recovers as after a crash.</summary>
    Immediate,

    /// <summary>Waits until every client has left by itself.</summary>
    Smart,
}
