namespace HaConnect.Operations.Planning;

/// <summary>The names of the roles; docs/operations/roles.sql says what each may do.</summary>
internal sealed record PlannedRoles
{
    public string Superuser { get; init; } = "postgres";

    public string Application { get; init; } = "app";

    public string Observer { get; init; } = "haobserver";

    public string Control { get; init; } = "hacontrol";

    public string Replication { get; init; } = "replicator";

    /// <summary>Each with the option that names it.</summary>
    internal IEnumerable<(string Option, string Name)> All() =>
        [("roles.superuser", Superuser), ("roles.application", Application), ("roles.observer", Observer), ("roles.control", Control), ("roles.replication", Replication)];
}
