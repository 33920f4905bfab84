namespace HaConnect.AspNetCore;

/// <summary>How errors of the cluster are answered.</summary>
public sealed class HaProblemDetailsOptions
{
    /// <summary>What <c>Retry-After</c> says where trying again can help, in whole seconds; 1 s to 1 h. Default 5 s.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What the <c>type</c> of a problem begins with: the address of a page of your own about them, say. Not empty. Default <c>urn:haconnect:problem:</c>.</summary>
    public string TypePrefix { get; set; } = "urn:haconnect:problem:";
}
