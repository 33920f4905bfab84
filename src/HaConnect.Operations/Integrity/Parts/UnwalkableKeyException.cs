namespace HaConnect.Operations.Integrity;

/// <summary>A table cannot be divided by its key: without this it would be walked for ever.</summary>
internal sealed class UnwalkableKeyException(string method, IReadOnlyList<string> bound) : Exception($"It cannot be divided {method}: the walk came back to {string.Join(", ", bound)}.");
