namespace HaConnect.Operations.Roles;

/// <summary>Statements that belong together.</summary>
/// <param name="Database">Where they are run; null for the control database.</param>
/// <param name="Comment">What they are for.</param>
/// <param name="Statements">In order.</param>
/// <param name="Afterword">Stands below them.</param>
internal sealed record RoleSection(string? Database, string Comment, IReadOnlyList<RoleStatement> Statements, string? Afterword = null);
