using Npgsql;

namespace HaConnect.Cli.Backups;

/// <summary>An option of the library that cannot be used is one of the command line; what cannot be found out is no finding.</summary>
internal static class BackupInput
{
    internal static async Task<T> RunAsync<T>(Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (ArgumentException e)
        {
            throw new UsageException(Sentence(e));
        }
        catch (Exception e) when (e is HaConnectException or NpgsqlException or IOException or InvalidDataException or UnauthorizedAccessException or InvalidOperationException or TimeoutException)
        {
            throw new UnknownException(e.Message);
        }
    }

    /// <summary>Without the name of the parameter that .NET appends.</summary>
    private static string Sentence(ArgumentException e) => e.ParamName is { } name ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message;
}
