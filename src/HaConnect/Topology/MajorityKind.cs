namespace HaConnect.Topology;

/// <summary>Whether an instance sees enough voters.</summary>
internal enum MajorityKind
{
    /// <summary>Those that are surely out of sight could elect nobody.</summary>
    InSight,

    /// <summary>Since its start it has not heard enough of them, and it is not sure yet that it does not.</summary>
    NotSeenYet,

    /// <summary>Those out of sight could have elected another primary. It saw enough of them before.</summary>
    OutOfSight,

    /// <summary>The same, since its start.</summary>
    NeverInSight,
}
