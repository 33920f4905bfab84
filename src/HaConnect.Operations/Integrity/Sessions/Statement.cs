namespace HaConnect.Operations.Integrity;

/// <summary>A statement with its arguments, <c>$1</c> the first.</summary>
internal sealed record Statement(string Sql, params IReadOnlyList<object> Arguments);
