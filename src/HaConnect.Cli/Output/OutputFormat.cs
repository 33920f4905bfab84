namespace HaConnect.Cli.Output;

/// <summary>The form of what goes to standard output.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>For programs; has a schemaVersion, which rises where a member is removed or means something else.</summary>
    Json,

    /// <summary>The rows of the table, by RFC 4180.</summary>
    Csv,
}
