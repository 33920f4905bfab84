namespace HaConnect.Testing.Setup;

/// <summary>
/// One node at one time: primary, standby, stopped, frozen or not answering (then with the problem); the timeline that a primary writes or a streaming
/// standby receives; the standbys to which it streams.
/// </summary>
internal sealed record NodeState(PostgresNode Node, string State, int? Timeline, string[] Followers, string? Problem)
{
    public bool IsPrimary => string.Equals(State, "primary", StringComparison.Ordinal);

    public bool IsStandby => string.Equals(State, "standby", StringComparison.Ordinal);

    public override string ToString() => $"{Node.Name} {State}"
        + (Timeline is null ? IsStandby ? ", not streaming" : "" : $", timeline {Timeline}")
        + (Followers.Length == 0 ? "" : $", streams to {string.Join(" and ", Followers)}")
        + (Problem is null ? "" : $" ({Problem})");
}
