namespace HaConnect.Status;

/// <summary>This instance's part in coordination.</summary>
/// <param name="Name">Its name in registers and records; null where it only observes.</param>
/// <param name="IsHeld">It is the coordinator, as far as it knows.</param>
/// <param name="Acts">And preflight has found nothing against it.</param>
internal readonly record struct Office(string? Name, bool IsHeld, bool Acts);
