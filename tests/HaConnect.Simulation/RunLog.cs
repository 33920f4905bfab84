using HaConnect.Simulation.Running;
using Microsoft.Extensions.Logging;

namespace HaConnect.Simulation;

/// <summary>The log of all instances of a run: it is part of the trace, and an error in it is a violation.</summary>
internal sealed class RunLog(World world) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error)
            world.Judge.Violated(Invariants.NoErrors, $"{formatter(state, exception)} {exception}");
    }
}
