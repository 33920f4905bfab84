namespace HaConnect.Cli.Reporting;

/// <summary>The form of a report.</summary>
internal enum ReportOutput
{
    /// <summary>For people, and for a ticket.</summary>
    Markdown,

    /// <summary>One page that loads nothing.</summary>
    Html,

    /// <summary>For programs; has a schemaVersion.</summary>
    Json,
}
