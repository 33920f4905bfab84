namespace HaConnect.Operations.Backups;

/// <summary>A transaction whose commit is a mark in time.</summary>
/// <param name="Id">Of 64 bits, as the server writes it.</param>
/// <param name="Begun">The primary's clock before its commit.</param>
/// <param name="Ended">The primary's clock after its commit.</param>
internal sealed record Mark(string Id, DateTimeOffset Begun, DateTimeOffset Ended);
