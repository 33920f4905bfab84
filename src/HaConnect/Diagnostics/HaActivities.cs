using System.Diagnostics;

namespace HaConnect.Diagnostics;

/// <summary>The activity source <c>HaConnect</c>: operations through <c>ExecuteAsync</c>, opens that are not served at once from a pool, and failovers.</summary>
internal static class HaActivities
{
    internal const string SourceName = "HaConnect";

    internal static readonly ActivitySource Source = new(SourceName);
}
