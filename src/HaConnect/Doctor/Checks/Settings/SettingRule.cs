namespace HaConnect.Doctor;

/// <summary>A value that a setting should not have.</summary>
/// <param name="Code">Of the finding.</param>
/// <param name="Name">The setting.</param>
/// <param name="IsWrong">Of the setting's value on a server.</param>
/// <param name="Why">What comes of it.</param>
/// <param name="Better">The value that mends it, as SQL.</param>
internal sealed record SettingRule(string Code, string Name, Func<Setting, ServerReading, bool> IsWrong, string Why, string Better)
{
    internal bool NeedsRestart { get; init; }
}
