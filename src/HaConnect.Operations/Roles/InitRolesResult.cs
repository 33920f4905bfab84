namespace HaConnect.Operations;

/// <summary>What was done about the roles.</summary>
/// <param name="Server">Where: the node's or the witness's name.</param>
/// <param name="Statements">What was run, in order and without passwords; empty where the roles had all that they need.</param>
/// <param name="Notes">What is to be known besides, as sentences.</param>
public sealed record InitRolesResult(string Server, IReadOnlyList<string> Statements, IReadOnlyList<string> Notes);
