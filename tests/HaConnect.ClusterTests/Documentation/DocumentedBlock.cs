namespace HaConnect.ClusterTests.Documentation;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page's file name.</param>
/// <param name="Line">Of its fence, from 1.</param>
/// <param name="Info">What stands behind the fence, for instance <c>sql at=primary</c>.</param>
/// <param name="Text">What is in it.</param>
internal sealed record DocumentedBlock(string Page, int Line, string Info, string Text)
{
    private const string Fence = "```";

    internal static IEnumerable<DocumentedBlock> Of(string file)
    {
        var lines = File.ReadAllLines(file);
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Fence, StringComparison.Ordinal))
                continue;
            var end = Array.FindIndex(lines, i + 1, l => l.StartsWith(Fence, StringComparison.Ordinal));
            Assert.True(end > i, $"{file}:{i + 1}: the block has no end");
            yield return new DocumentedBlock(Path.GetFileName(file), i + 1, lines[i][Fence.Length..].Trim(), string.Join('\n', lines[(i + 1)..end]));
            i = end;
        }
    }

    public override string ToString() => $"{Page}:{Line}";
}
