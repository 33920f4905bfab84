namespace HaConnect.Operations.Backups;

/// <summary>Whether a copy finds room.</summary>
internal static class DiskSpace
{
    /// <summary>For segments that the copy's server fetches and keeps.</summary>
    private const long ForWal = 256L << 20;

    /// <exception cref="ArgumentException">It does not.</exception>
    internal static void Require(long size, string folder)
    {
        if (ProblemOf(size, new DriveInfo(folder).AvailableFreeSpace, folder) is { } problem)
            throw new ArgumentException(problem, nameof(folder));
    }

    internal static string? ProblemOf(long size, long free, string folder) => size + (size / 10) + ForWal is var needed && needed > free
        ? $"The copy takes about {Words.OfSize(needed)}, and {folder} has {Words.OfSize(free)} left. Name a ParentFolder with more room." : null;
}
