using System.Globalization;
using HaConnect.Cli.Output;
using HaConnect.Operations;

namespace HaConnect.Cli.Verifying;

/// <summary>Tells how far it is, every few seconds, where somebody is watching.</summary>
internal sealed class VerifyProgress(Terminal terminal, string right) : IProgress<VerificationProgress>
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    private TimeSpan _toldAt = TimeSpan.Zero;

    public void Report(VerificationProgress value)
    {
        if (value.Elapsed - _toldAt < s_interval)
            return;
        _toldAt = value.Elapsed;
        terminal.Progress(Text(right, value));
    }

    internal static string Text(string right, VerificationProgress p)
    {
        var left = p.Left is { } rest ? string.Create(CultureInfo.InvariantCulture, $", about {rest:h\\:mm\\:ss} left") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{right}: {p.Table ?? "-"}: {p.Rows:N0} of about {p.EstimatedRows:N0} rows, {p.DifferentRows:N0} different{left}{(p.Waiting is { } why ? $"; waiting: {why}" : "")}");
    }
}
