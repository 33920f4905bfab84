namespace HaConnect.Cli.Planning;

/// <summary>A line of the arithmetic, in the words of <c>status</c>.</summary>
internal sealed record PlannedLine(string Topic, string Text);
