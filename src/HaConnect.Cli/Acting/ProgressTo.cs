using HaConnect.Cli.Output;

namespace HaConnect.Cli.Acting;

/// <summary>Tells of each step at once and in order, where somebody is watching.</summary>
internal sealed class ProgressTo(Terminal terminal) : IProgress<string>
{
    public void Report(string value) => terminal.Progress(value);
}
