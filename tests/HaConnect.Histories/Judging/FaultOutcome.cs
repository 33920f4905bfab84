namespace HaConnect.Histories;

/// <summary>A fault and how long the application could not write.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="FirstAck">From the fault to the first ack of another server than the one that it befell; null where there was none before the next fault.</param>
/// <param name="LongestGap">The longest time without any ack from the fault to the next one, or to the last ack.</param>
internal sealed record FaultOutcome(FaultBegan Fault, TimeSpan? FirstAck, TimeSpan LongestGap);
