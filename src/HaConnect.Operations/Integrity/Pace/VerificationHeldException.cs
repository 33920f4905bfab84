namespace HaConnect.Operations.Integrity;

/// <summary>It waited for too long until it might read on.</summary>
internal sealed class VerificationHeldException(string reason) : Exception($"It was not read on for too long: {reason}");
