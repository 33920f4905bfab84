using System.Globalization;
using Microsoft.Extensions.Logging;

namespace HaConnect.Cli.Agents;

/// <summary>A line for each event: for people, or with the priority that systemd's journal reads (sd-daemon(3)), which keeps the time itself.</summary>
internal sealed class AgentLog(TextWriter output, TimeProvider time, bool isJournal) : ILoggerFactory
{
    private readonly Lock _lock = new();

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
        // It writes to what belongs to others.
    }

    private void Write(LogLevel level, string category, string message)
    {
        var text = message.ReplaceLineEndings(" ");
        lock (_lock)
        {
            output.WriteLine(isJournal
                ? $"<{Priority(level)}>{category}: {text}"
                : $"{time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)} {Word(level)} {category}: {text}");
            output.Flush();
        }
    }

    private static int Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        _ => 6,
    };

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Critical => "critical",
        LogLevel.Error => "error",
        LogLevel.Warning => "warning",
        _ => "info",
    };

    private sealed class Category(AgentLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                log.Write(logLevel, name, exception is null ? formatter(state, exception) : $"{formatter(state, exception)} {exception.GetType().Name}: {exception.Message}");
        }
    }
}
