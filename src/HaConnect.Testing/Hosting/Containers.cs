using System.Diagnostics.CodeAnalysis;

namespace HaConnect.Testing.Hosting;

/// <summary>Whether servers may run in containers: a program that sets the switch to false at its publishing is made without them, and without the libraries that they need.</summary>
internal static class Containers
{
    private const string Switch = "HaConnect.Testing.Containers";

    [FeatureSwitchDefinition(Switch)]
    internal static bool AreSupported => !AppContext.TryGetSwitch(Switch, out var isOn) || isOn;
}
