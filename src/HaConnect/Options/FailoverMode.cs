namespace HaConnect;

/// <summary>Whether this instance may act on the servers.</summary>
public enum FailoverMode
{
    /// <summary>Watch and route only. Not one statement that changes a server is run; promotion is left to others.</summary>
    Observe = 0,

    /// <summary>This instance may be elected coordinator and then promotes and repoints servers.</summary>
    Coordinate = 1,
}
