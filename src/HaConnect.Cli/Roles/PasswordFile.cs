using System.Globalization;
using System.Text;

namespace HaConnect.Cli.Roles;

/// <summary>A file of passwords in libpq's form: a line is host:port:database:user:password, with a backslash before a colon or backslash.</summary>
internal sealed class PasswordFile
{
    private const int Fields = 5;
    private const string Any = "*";

    private readonly IReadOnlyList<string[]> _lines;

    private PasswordFile(IEnumerable<string> lines) => _lines = [.. lines.Where(l => !l.StartsWith('#')).Select(Split).Where(f => f.Length == Fields)];

    /// <exception cref="UsageException">It is not there, or others may read it.</exception>
    internal static PasswordFile Read(FileInfo file)
    {
        if (!file.Exists)
            throw new UsageException($"--password-file is {file.FullName}, and there is no such file.");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.FullName) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != UnixFileMode.None)
            throw new UsageException($"--password-file is {file.FullName}, which others than its owner may read, write or run: chmod 600 it.");
        return Of(File.ReadLines(file.FullName));
    }

    internal static PasswordFile Of(IEnumerable<string> lines) => new(lines);

    /// <summary>That of the first line that names the user, and one of the servers or any. A line for all users names nobody.</summary>
    internal string? Find(string user, IReadOnlyCollection<(string Host, int Port)> servers) => _lines
        .Where(f => f[3] == user && servers.Any(s => Matches(f[0], s.Host) && Matches(f[1], s.Port.ToString(CultureInfo.InvariantCulture))))
        .Select(f => f[4]).FirstOrDefault();

    private static bool Matches(string field, string value) => field == Any || field == value;

    private static string[] Split(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == ':' && fields.Count < Fields - 1)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                if (line[i] == '\\' && i + 1 < line.Length)
                    i++;
                field.Append(line[i]);
            }
        }

        return [.. fields, field.ToString()];
    }
}
