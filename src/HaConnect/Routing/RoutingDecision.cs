using System.Runtime.InteropServices;
using HaConnect.Topology;

namespace HaConnect.Routing;

/// <summary>Where a read goes and why. <see cref="Node"/> is null where nothing qualifies now.</summary>
/// <param name="Node">The node, if any.</param>
/// <param name="Reason">Why.</param>
/// <param name="FreshAsOf">What its freshness was decided on; the bound is checked again when the connection is in hand.</param>
/// <param name="StartTime">Of the server process the decision is about.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RoutingDecision(Node? Node, RoutingReason Reason, long FreshAsOf, DateTime StartTime);
