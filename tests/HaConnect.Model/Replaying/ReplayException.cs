namespace HaConnect.Model;

/// <summary>Model and machine differ.</summary>
internal sealed class ReplayException(string message) : Exception(message);
