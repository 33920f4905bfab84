namespace HaConnect.Operations.Planning;

/// <summary>A server of the plan, a data node or a witness.</summary>
internal sealed record PlannedNode
{
    public string Name { get; init; } = "";

    /// <summary>The name or address under which applications and the other nodes reach it.</summary>
    public string Host { get; init; } = "";

    public int Port { get; init; } = 5432;

    /// <summary>A data centre or zone that can be lost as a whole; null where that is not said.</summary>
    public string? Place { get; init; }

    /// <summary>On its host. Null: below <see cref="PlanDescription.Directory"/>, under its name.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Where PostgreSQL's programs are on its host. Null: <see cref="PlanDescription.ProgramDirectory"/>.</summary>
    public string? ProgramDirectory { get; init; }

    /// <summary>Whether, as a standby, it may be among those that have to flush a commit. Witnesses have no say in that.</summary>
    public bool Synchronous { get; init; } = true;
}
