using Microsoft.Extensions.Options;

namespace HaConnect.AspNetCore.Consistency;

internal sealed class HaConsistencyOptionsValidator : IValidateOptions<HaConsistencyOptions>
{
    public ValidateOptionsResult Validate(string? name, HaConsistencyOptions options)
    {
        var errors = new List<string>();
        if (options is { UseCookie: false, UseHeader: false })
            errors.Add("HaConsistencyOptions.UseCookie and UseHeader are both false, so that nothing carries a token. Set one of them to true, or leave UseHaConsistency out.");
        if (options.UseCookie && string.IsNullOrWhiteSpace(options.Cookie.Name))
            errors.Add("HaConsistencyOptions.Cookie.Name is empty; give the cookie a name, or leave it out for ha-consistency.");
        if (options.UseHeader && !IsToken(options.HeaderName))
            errors.Add($"HaConsistencyOptions.HeaderName is '{options.HeaderName}'; it must consist of letters, digits and - alone.");
        if (!Enum.IsDefined(options.HeaderFormat))
            errors.Add($"HaConsistencyOptions.HeaderFormat is {options.HeaderFormat}; it must be Protected or Plain.");
        if (!Enum.IsDefined(options.Guarantee))
            errors.Add($"HaConsistencyOptions.Guarantee is {options.Guarantee}; it must be MonotonicReads or ReadYourWrites.");
        if (options.MaxAge < TimeSpan.FromSeconds(1) || options.MaxAge > TimeSpan.FromDays(1))
            errors.Add($"HaConsistencyOptions.MaxAge is {options.MaxAge}; it must be 00:00:01 to 1.00:00:00.");
        if (options.CaptureTimeout < TimeSpan.FromMilliseconds(10) || options.CaptureTimeout > TimeSpan.FromSeconds(30))
            errors.Add($"HaConsistencyOptions.CaptureTimeout is {options.CaptureTimeout}; it must be 00:00:00.0100000 to 00:00:30.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static bool IsToken(string? name) => !string.IsNullOrEmpty(name) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
