namespace HaConnect.Operations;

/// <summary>What a check found, with the exit codes of the Nagios plug-in contract.</summary>
public enum CheckState
{
    /// <summary>Within its thresholds.</summary>
    Ok = 0,

    /// <summary>Beyond the warning threshold, or something needs attention.</summary>
    Warning = 1,

    /// <summary>Beyond the critical threshold, or something does not work.</summary>
    Critical = 2,

    /// <summary>It could not be found out.</summary>
    Unknown = 3,
}
