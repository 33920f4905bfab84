namespace HaConnect.Operations.Subscribers;

/// <summary>A subscription, as the subscriber's database has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Publications">Which publications it asks for.</param>
internal sealed record Subscription(string Name, IReadOnlyList<string> Publications);
