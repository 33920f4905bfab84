using HaConnect.Failover;

namespace HaConnect.Probing;

/// <summary>The result of one probe of a witness.</summary>
/// <param name="Witness">Its place in the options.</param>
/// <param name="SentAt">When it was sent, by the TimeProvider.</param>
/// <param name="Register">The cluster's record there; null where there is none, or it may not be read.</param>
/// <param name="Failure">Null where it answered.</param>
internal sealed record WitnessObservation(int Witness, long SentAt, Register? Register, ProbeFailure? Failure);
