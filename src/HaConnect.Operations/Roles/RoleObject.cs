namespace HaConnect.Operations.Roles;

/// <summary>What a statement gives or makes.</summary>
/// <param name="Text">As it stands in the statement.</param>
/// <param name="IsThere">An expression of SQL: whether the role has it already.</param>
/// <param name="Note">Why, for people.</param>
internal sealed record RoleObject(string Text, string IsThere, string? Note = null);
