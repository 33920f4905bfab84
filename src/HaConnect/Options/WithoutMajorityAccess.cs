namespace HaConnect;

/// <summary>What an instance does that sees too few voters to know that its primary still is one.</summary>
public enum WithoutMajorityAccess
{
    /// <summary>As where there is no primary: it waits, until <see cref="ConnectionsOptions.WaitTimeout"/>.</summary>
    Refuse = 0,

    /// <summary>It goes on with the primary that it sees.</summary>
    Allow = 1,
}
