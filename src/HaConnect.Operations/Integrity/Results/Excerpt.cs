namespace HaConnect.Operations.Integrity;

/// <summary>What is shown of two long values: where they differ, with something before it. Pure.</summary>
internal static class Excerpt
{
    private const string Cut = "…";

    /// <returns>Null where the two are the same.</returns>
    internal static Both<string>? Of(string left, string right, int mostCharacters)
    {
        if (left == right)
            return null;
        var from = Math.Max(0, left.AsSpan().CommonPrefixLength(right) - (mostCharacters / 4));
        if (from > 0 && char.IsHighSurrogate(left[from - 1]))
            from--;
        return new(From(left, from, mostCharacters), From(right, from, mostCharacters));
    }

    private static string From(string text, int from, int mostCharacters)
    {
        var upTo = Math.Min(text.Length, from + mostCharacters);
        if (upTo < text.Length && upTo > from && char.IsHighSurrogate(text[upTo - 1]))
            upTo--;
        return $"{(from > 0 ? Cut : "")}{text[from..upTo]}{(upTo < text.Length ? Cut : "")}";
    }
}
