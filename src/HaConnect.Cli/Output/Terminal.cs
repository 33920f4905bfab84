using Spectre.Console;

namespace HaConnect.Cli.Output;

/// <summary>Where a command writes: what was asked for to standard output, all else to standard error.</summary>
internal sealed class Terminal
{
    /// <summary>Of a line that goes into a file or a pipe: never broken.</summary>
    private const int Unbroken = 10_000;

    private Terminal(TextWriter output, TextWriter error, bool isRedirected, bool isErrorRedirected)
    {
        (Output, Error) = (output, error);
        IsRedirected = isRedirected;
        ShowsProgress = !isErrorRedirected;
        Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect });
        if (isRedirected)
            Console.Profile.Width = Unbroken;
    }

    internal TextWriter Output { get; }

    internal TextWriter Error { get; }

    /// <summary>Standard output, in colours where it is a terminal and NO_COLOR is not set.</summary>
    internal IAnsiConsole Console { get; }

    internal bool IsRedirected { get; }

    /// <summary>Whether somebody is watching standard error.</summary>
    internal bool ShowsProgress { get; }

    internal static Terminal OfProcess() => new(System.Console.Out, System.Console.Error, System.Console.IsOutputRedirected, System.Console.IsErrorRedirected);

    /// <summary>Of a caller's own: nobody watches.</summary>
    internal static Terminal To(TextWriter output, TextWriter error) => new(output, error, isRedirected: true, isErrorRedirected: true);

    internal void Progress(string sentence)
    {
        if (ShowsProgress)
            Error.WriteLine(sentence);
    }
}
