namespace HaConnect.AspNetCore.Page.Web;

/// <summary>The first event of a stream: what does not change while it lasts.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Application">The application's name.</param>
/// <param name="Instance">This instance's host.</param>
/// <param name="Actions">none (not turned on), denied (not for this user), observing (this instance may change nothing) or allowed.</param>
internal sealed record Hello(string Cluster, string Application, string Instance, string Actions);
