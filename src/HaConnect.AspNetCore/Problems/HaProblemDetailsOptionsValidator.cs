using Microsoft.Extensions.Options;

namespace HaConnect.AspNetCore.Problems;

internal sealed class HaProblemDetailsOptionsValidator : IValidateOptions<HaProblemDetailsOptions>
{
    public ValidateOptionsResult Validate(string? name, HaProblemDetailsOptions options)
    {
        var errors = new List<string>();
        if (options.RetryAfter < TimeSpan.FromSeconds(1) || options.RetryAfter > TimeSpan.FromHours(1))
            errors.Add($"HaProblemDetailsOptions.RetryAfter is {options.RetryAfter}; it must be 00:00:01 to 01:00:00.");
        if (string.IsNullOrWhiteSpace(options.TypePrefix))
            errors.Add("HaProblemDetailsOptions.TypePrefix is empty; give the beginning of a URI, or leave it out for urn:haconnect:problem:.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
