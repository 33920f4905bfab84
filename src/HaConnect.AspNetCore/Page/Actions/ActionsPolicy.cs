using Microsoft.AspNetCore.Authorization;

namespace HaConnect.AspNetCore.Page.Actions;

/// <summary>Who may act through the page: a policy of the application by its name, or one that is given as a whole.</summary>
internal sealed class ActionsPolicy
{
    private readonly string? _name;
    private readonly AuthorizationPolicy? _policy;

    internal ActionsPolicy(string name) => _name = name;

    internal ActionsPolicy(AuthorizationPolicy policy) => _policy = policy;

    internal async Task<AuthorizationPolicy> ResolveAsync(IAuthorizationPolicyProvider provider) => _policy ?? await provider.GetPolicyAsync(_name!).ConfigureAwait(false)
        ?? throw new InvalidOperationException($"HaTopologyOptions.AllowActions names the authorization policy '{_name}', which the application does not have: add it by AddAuthorization.");
}
