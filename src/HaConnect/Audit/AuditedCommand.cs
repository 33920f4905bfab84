namespace HaConnect.Audit;

/// <summary>What somebody asks for.</summary>
/// <param name="Name">As the member of <see cref="HaCluster"/>, without Async.</param>
/// <param name="By">Who asks.</param>
/// <param name="Node">The node that it is about; null for the cluster.</param>
/// <param name="Sentence">What is asked for, and why.</param>
internal sealed record AuditedCommand(string Name, string By, string? Node, string Sentence)
{
    /// <summary>Whoever runs this process, and as what, where no name is given.</summary>
    internal static string AskerOf(HaDatabaseOptions options)
    {
        var application = new Npgsql.NpgsqlConnectionStringBuilder(options.ConnectionString).ApplicationName ?? System.Reflection.Assembly.GetEntryAssembly()?.GetName().Name ?? "unknown";
        return $"{Environment.UserName} on {Environment.MachineName} (application {application})";
    }
}
