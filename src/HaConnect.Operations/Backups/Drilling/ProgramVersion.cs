using System.Globalization;
using System.Text.RegularExpressions;
using HaConnect.Operations.Processes;

namespace HaConnect.Operations.Backups;

/// <summary>Whether PostgreSQL's programs are of the major version of a backup.</summary>
internal static partial class ProgramVersion
{
    /// <exception cref="ArgumentException">They are not.</exception>
    internal static async Task RequireAsync(BaseBackup backup, RestorePlace place, HostPrograms programs, CancellationToken cancellationToken)
    {
        var file = Path.Combine(place.Data, "PG_VERSION");
        var major = File.Exists(file) && int.TryParse((await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false)).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : backup.MajorVersion;
        var output = await programs.RunToSuccessAsync("postgres", ["--version"], null, "/", cancellationToken).ConfigureAwait(false);
        if (ProblemOf(backup.Name, major, output) is { } problem)
            throw new ArgumentException(problem, nameof(programs));
    }

    internal static string? ProblemOf(string backup, int? major, string output) =>
        major is { } wanted && Version().Match(output) is { Success: true } m && int.Parse(m.Groups["major"].ValueSpan, CultureInfo.InvariantCulture) != wanted
            ? string.Create(CultureInfo.InvariantCulture, $"{backup} is of PostgreSQL {wanted}, and the programs are of {m.Groups["major"].Value}. Set ProgramDirectory to where those of {wanted} are, for instance /usr/lib/postgresql/{wanted}/bin.") : null;

    [GeneratedRegex(@"\(PostgreSQL\)\s+(?<major>\d+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Version();
}
