namespace HaConnect.Operations.Integrity;

/// <summary>A statement.</summary>
/// <param name="Sql">Its text.</param>
/// <param name="Arguments">The first is <c>$1</c>. An array of texts is one argument in a list, not the list itself.</param>
internal sealed record Statement(string Sql, IReadOnlyList<object> Arguments)
{
    internal Statement(string sql)
        : this(sql, [])
    {
    }
}
