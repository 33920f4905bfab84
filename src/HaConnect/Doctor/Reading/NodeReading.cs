using HaConnect.Failover;
using HaConnect.Failover.Slots;
using HaConnect.Probing;

namespace HaConnect.Doctor;

/// <summary>What the doctor has read of one node.</summary>
/// <param name="Node">Its name.</param>
/// <param name="IsWitness">Whether it holds no data of the cluster.</param>
internal sealed record NodeReading(string Node, bool IsWitness)
{
    /// <summary>Why nothing could be read.</summary>
    internal ProbeFailure? Failure { get; init; }

    /// <summary>The server process that the connection was told of, and another that has answered; null where they are the same.</summary>
    internal (int Told, int Answered)? Processes { get; init; }

    /// <summary>Data nodes only.</summary>
    internal ServerReading? Server { get; init; }

    /// <summary>Data nodes only.</summary>
    internal SlotReading? Slots { get; init; }

    /// <summary>Data nodes only.</summary>
    internal SettingsReading? Settings { get; init; }

    /// <summary>Data nodes only.</summary>
    internal StateReading? State { get; init; }

    /// <summary>Data nodes only.</summary>
    internal AccessReading? Access { get; init; }

    internal ClockReading? Clock { get; init; }

    /// <summary>What could not be read although the node was reached, with the server's answer.</summary>
    internal IReadOnlyList<string> Refused { get; init; } = [];

    /// <summary>What a coordinator would read; of data nodes, where this instance coordinates.</summary>
    internal VoterRecord? Record { get; init; }

    /// <summary>Why <see cref="Record"/> could not be read.</summary>
    internal string? RecordProblem { get; init; }

    /// <summary>Witnesses only: the statement that lets the control user keep its record there; null where it may.</summary>
    internal string? WitnessStatement { get; init; }
}
