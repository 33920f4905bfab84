using HaConnect.Cli.Backups;
using HaConnect.Cli.Connecting;
using HaConnect.Cli.Output;
using Microsoft.Extensions.Options;
using Npgsql;

namespace HaConnect.Cli;

/// <summary>What all commands share.</summary>
internal sealed class ToolContext(Terminal terminal)
{
    internal ClusterArguments Cluster { get; } = new();

    /// <summary>Runs a command; every error that a person can do something about is one message on standard error, without a stack.</summary>
    internal async Task<int> RunAsync(Func<Terminal, Task<int>> command)
    {
        try
        {
            return await command(terminal);
        }
        catch (UsageException e)
        {
            await terminal.Error.WriteLineAsync(e.Message);
            return ExitCodes.Usage;
        }
        catch (OptionsValidationException e)
        {
            foreach (var failure in e.Failures)
                await terminal.Error.WriteLineAsync(failure);
            return ExitCodes.Usage;
        }
        catch (UnknownException e)
        {
            await terminal.Error.WriteLineAsync(e.Message);
            return ExitCodes.Unknown;
        }
        catch (HaConnectException e)
        {
            await terminal.Error.WriteLineAsync(e.Message);
            return e is NoPrimaryException ? ExitCodes.Down : ExitCodes.Attention;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or UnauthorizedAccessException)
        {
            await terminal.Error.WriteLineAsync(e.Message);
            return ExitCodes.Attention;
        }
        catch (OperationCanceledException)
        {
            await terminal.Error.WriteLineAsync("Ended by Ctrl-C.");
            return ExitCodes.Interrupted;
        }
    }
}
