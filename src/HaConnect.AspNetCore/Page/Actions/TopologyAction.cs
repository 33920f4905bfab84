namespace HaConnect.AspNetCore.Page.Actions;

/// <summary>What can be asked for through the page.</summary>
internal enum TopologyAction
{
    Switchover,
    Pause,
    Resume,
}
