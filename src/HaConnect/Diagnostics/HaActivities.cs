using System.Diagnostics;

namespace HaConnect.Diagnostics;

/// <summary>The activity source <c>HaConnect</c>: operations through <c>ExecuteAsync</c> and failovers.</summary>
internal static class HaActivities
{
    internal const string SourceName = "HaConnect";

    internal static readonly ActivitySource Source = new(SourceName);
}
