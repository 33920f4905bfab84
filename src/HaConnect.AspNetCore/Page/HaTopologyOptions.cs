using HaConnect.AspNetCore.Page.Actions;
using Microsoft.AspNetCore.Authorization;

namespace HaConnect.AspNetCore;

/// <summary>How the topology page is served (<see cref="Microsoft.AspNetCore.Builder.HaTopologyEndpointRouteBuilderExtensions.MapHaTopology"/>).</summary>
public sealed class HaTopologyOptions
{
    /// <summary>The key of the cluster that it shows, where that was registered by <c>AddKeyedHaDatabase</c>. Default null: the one of <c>AddHaDatabase</c>.</summary>
    public object? ServiceKey { get; set; }

    internal ActionsPolicy? ActionsPolicy { get; private set; }

    /// <summary>
    /// Turns the buttons on: a switchover, a pause of automatic failover and its end, for users who satisfy a policy, in addition to what the page itself asks for. Without
    /// this their endpoints do not exist.
    /// </summary>
    /// <param name="policyName">A policy of the application's (<c>AddAuthorization</c>).</param>
    /// <exception cref="ArgumentException"><paramref name="policyName"/> is empty.</exception>
    public void AllowActions(string policyName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(policyName);
        ActionsPolicy = new ActionsPolicy(policyName);
    }

    /// <inheritdoc cref="AllowActions(string)"/>
    /// <param name="policy">Makes the policy. It has to ask for something.</param>
    /// <exception cref="InvalidOperationException">The policy has no requirement.</exception>
    public void AllowActions(Action<AuthorizationPolicyBuilder> policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var builder = new AuthorizationPolicyBuilder();
        policy(builder);
        ActionsPolicy = new ActionsPolicy(builder.Build());
    }
}
