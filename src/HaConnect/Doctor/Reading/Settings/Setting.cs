using System.Globalization;

namespace HaConnect.Doctor;

/// <summary>A setting as a session of the doctor shows it.</summary>
/// <param name="Value">In the unit that PostgreSQL keeps it in (pg_settings.unit).</param>
/// <param name="Unit">That unit; empty where it has none.</param>
/// <param name="Source">Where the value comes from.</param>
internal sealed record Setting(string Value, string Unit, string Source)
{
    /// <summary>Whether it is the server's own value, and not one of the doctor's session, role or database.</summary>
    internal bool IsServerWide => Source is "default" or "environment variable" or "configuration file" or "command line" or "override";

    /// <summary>ALTER SYSTEM does not prevail over it.</summary>
    internal bool IsOnCommandLine => Source == "command line";

    internal bool IsOn => Value == "on";

    internal double Number => double.Parse(Value, CultureInfo.InvariantCulture);

    /// <summary>As one would write it.</summary>
    internal string Text => Unit.Length > 0 && Value is not ("0" or "-1") ? $"{Value}{(char.IsAsciiDigit(Unit[0]) ? $" x {Unit}" : Unit)}" : Value;
}
