using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using HaConnect.Diagnostics;
using Microsoft.Extensions.Logging;

namespace HaConnect.Failover;

/// <summary>
/// Has the code of a failover compiled before it is needed: each part of it runs for the first time, one after the other, while writes wait.
/// Where code is compiled ahead of time there is nothing to do.
/// </summary>
internal static class WarmUp
{
    // What was trimmed away is never called, and need not be compiled.
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only what is there is compiled; nothing is called by reflection.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Only what is there is compiled; nothing is called by reflection.")]
    internal static void Run(ILogger logger)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled)
            return;
        try
        {
            const BindingFlags all = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
            foreach (var type in typeof(WarmUp).Assembly.GetTypes().Where(t => t.Namespace?.StartsWith(typeof(WarmUp).Namespace!, StringComparison.Ordinal) == true && !t.ContainsGenericParameters))
            {
                foreach (var method in type.GetMethods(all).Cast<MethodBase>().Concat(type.GetConstructors(all)).Where(m => !m.IsAbstract && !m.ContainsGenericParameters))
                    RuntimeHelpers.PrepareMethod(method.MethodHandle);
            }
        }
        catch (Exception e)
        {
            Log.WarmUpFailed(logger, e); // the failover is a little slower then
        }
    }
}
