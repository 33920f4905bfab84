using HaConnect.Operations;

namespace HaConnect.Cli.Verifying;

/// <summary>The pages of <c>--html</c>. That one cannot be written must not end as what a verdict ends with.</summary>
internal static class VerifyPages
{
    /// <summary>Before hours of reading: whether it can be written. Nothing is left where nothing was.</summary>
    /// <exception cref="UsageException">It cannot.</exception>
    internal static void Require(string path)
    {
        try
        {
            var isNew = !File.Exists(path);
            using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write))
            {
            }

            if (isNew)
                File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused(path, e);
        }
    }

    /// <exception cref="UsageException">It cannot be written any more.</exception>
    internal static async Task WriteAsync(string path, VerificationReport report, CancellationToken cancellationToken)
    {
        try
        {
            await File.WriteAllTextAsync(path, report.ToHtml(), cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused(path, e);
        }
    }

    private static UsageException Refused(string path, Exception e) => new($"--html is {path}; it must be a file that can be written: {e.Message}");
}
