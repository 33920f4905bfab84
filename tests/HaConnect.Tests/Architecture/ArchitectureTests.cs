using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;

namespace HaConnect.Tests.Architecture;

/// <summary>What the compiled code refers to, read from its metadata: signatures and method bodies alike.</summary>
public sealed class ArchitectureTests
{
    private static readonly Assembly s_assembly = typeof(HaDataSource).Assembly;

    [Fact]
    public void Routing_Types_DoNotReferToFailover()
    {
        Assert.NotEmpty(TypesOf("HaConnect.Routing"));
        Assert.All(TypesOf("HaConnect.Routing"), t => Assert.DoesNotContain(References(t), r => r.StartsWith("HaConnect.Failover", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("HaConnect.Failover")]
    [InlineData("HaConnect.Probing")]
    [InlineData("HaConnect.Topology")]
    public void Stages_Types_DoNotReferToTheDoctor(string space)
    {
        Assert.NotEmpty(TypesOf(space));
        Assert.All(TypesOf(space), t => Assert.DoesNotContain(References(t), r => r.StartsWith("HaConnect.Doctor", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Discovery.NodeChanges")]
    [InlineData("Topology.SameServer")]
    [InlineData("Doctor.Diagnosis")]
    [InlineData("Doctor.Examination")]
    [InlineData("Doctor.AccessChecks")]
    [InlineData("Doctor.PreflightChecks")]
    [InlineData("Doctor.ServerChecks")]
    [InlineData("Doctor.MajorityChecks")]
    [InlineData("Doctor.ReplicationChecks")]
    [InlineData("Audit.ConfigurationChanges")]
    [InlineData("Audit.OptionsWords")]
    [InlineData("Failover.Changes")]
    [InlineData("Failover.TellingKinds")]
    [InlineData("Doctor.QuorumChecks")]
    [InlineData("Doctor.ClockChecks")]
    [InlineData("Doctor.VersionChecks")]
    [InlineData("Doctor.StreamChecks")]
    [InlineData("Doctor.ReplayChecks")]
    [InlineData("Doctor.HeldSlotChecks")]
    [InlineData("Doctor.SlotChecks")]
    [InlineData("Doctor.SettingRules")]
    [InlineData("Doctor.SettingsChecks")]
    [InlineData("Doctor.FileChecks")]
    [InlineData("Doctor.ArchiveChecks")]
    [InlineData("Doctor.UpkeepChecks")]
    [InlineData("Doctor.TransportChecks")]
    [InlineData("Doctor.HbaChecks")]
    [InlineData("Doctor.RoleChecks")]
    [InlineData("Doctor.ServiceRoleChecks")]
    [InlineData("Doctor.Mend")]
    [InlineData("Doctor.SqlText")]
    [InlineData("Failover.FailoverMachine")]
    [InlineData("Failover.FailoverTable")]
    [InlineData("Failover.FailoverRules")]
    [InlineData("Failover.SwitchoverRules")]
    [InlineData("Failover.FailoverOrders")]
    [InlineData("Failover.FailoverFacts")]
    [InlineData("Failover.FailoverState")]
    [InlineData("Failover.FailoverTiming")]
    [InlineData("Failover.Membership")]
    [InlineData("Failover.Quorum")]
    [InlineData("Failover.Preflight")]
    [InlineData("Failover.ConninfoBuilder")]
    [InlineData("Failover.Promotion.CandidateChoice")]
    [InlineData("Failover.Promotion.SynchronousNames")]
    [InlineData("Failover.Detection.LossDetector")]
    [InlineData("Connections.RepeatRule")]
    [InlineData("Listening.ListenStatement")]
    [InlineData("Routing.ResolvedPolicy")]
    [InlineData("Routing.RoutingExplainer")]
    public void PureType_AwaitsNothingReadsNoClockLogsNothing(string name)
    {
        var type = s_assembly.GetType($"HaConnect.{name}", throwOnError: true)!;
        string[] banned = ["System.Threading.", "System.TimeProvider", "System.DateTime", "System.Diagnostics.Stopwatch", "System.Random", "Microsoft.Extensions.Logging.", "Npgsql.", "System.Data.", "System.IO.", "System.Net."];
        Assert.DoesNotContain(References(type), r => banned.Any(b => r.StartsWith(b, StringComparison.Ordinal)));
    }

    [Fact]
    public void References_KnownImpureType_AreSeen()
    {
        // The check itself: it must see into method bodies.
        Assert.Contains("System.TimeProvider", References(s_assembly.GetType("HaConnect.Failover.FailoverLoop", throwOnError: true)!));
        Assert.Contains(References(s_assembly.GetType("HaConnect.Failover.LockSession", throwOnError: true)!), r => r.StartsWith("System.Threading.Tasks", StringComparison.Ordinal));
    }

    [Fact]
    public void PublicTypes_AreListedAndSealed()
    {
        string[] expected =
        [
            "AuditKind", "AuditRecord", "CausalScope", "CausalToken", "CausalTokenException", "ClusterDoctorScript", "ClusterFinding", "ClusterSnapshot", "CommitGuarantee", "CommitOutcomeUnknownException", "ConnectionsOptions", "DiscoveredNode", "DiscoveryOptions", "DnsAddresses", "FailoverMode", "FailoverOptions", "FencingOptions", "FindingSeverity", "HaBatch", "HaCluster", "HaCommand", "HaConnectException",
            "HaConnectMeterProviderBuilderExtensions", "HaConnectTracerProviderBuilderExtensions", "HaDataSource", "HaDataSourceBuilder", "HaDatabaseBuilder", "HaDatabaseOptions",
            "HaDatabaseServiceCollectionExtensions", "HaNodeOptions", "HaNotification", "IAuditSink", "INodeDiscovery", "IReadBalancer", "ListedHosts", "NoPrimaryException", "NoReplicaException", "NodeExplanation", "NodeReachability", "NodeRole", "NodeSnapshot", "NpgsqlTransactionExtensions",
            "ProbingOptions", "ReadBalancing", "ReadCandidate", "ReadConsistency", "ReadFallback", "ReadPolicy", "ReplicaKind", "ReplicaLag", "ReplicationOptions", "RoutingExplanation", "RoutingOptions", "SwitchoverOptions", "SwitchoverResult", "TransactionPolicy", "WithoutMajorityAccess", "WithoutMajorityOptions", "WitnessOptions", "WorkKind",
        ];
        var types = s_assembly.GetExportedTypes();
        Assert.Equal(expected, types.Select(t => t.Name).Order(StringComparer.Ordinal));
        Assert.All(types.Where(t => t.IsClass && t != typeof(HaConnectException)), t => Assert.True(t.IsSealed, t.Name));
    }

    [Fact]
    public void InternalTypes_AreSealedUnlessTheyAreBases() =>
        Assert.All(
            s_assembly.GetTypes().Where(t => t is { IsClass: true, IsSealed: false, IsNotPublic: true } && !t.IsDefined(typeof(CompilerGeneratedAttribute)) && t.Namespace?.StartsWith("HaConnect", StringComparison.Ordinal) == true),
            t => Assert.Contains(s_assembly.GetTypes(), d => d.BaseType == t));

    private static IEnumerable<Type> TypesOf(string space) => s_assembly.GetTypes().Where(t => t.Namespace == space);

    /// <summary>The names of all types that a type, its nested and generated ones included, names in members and bodies.</summary>
    private static HashSet<string> References(Type root)
    {
        using var file = File.OpenRead(s_assembly.Location);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var found = new HashSet<string>();
        foreach (var type in (Type[])[root, .. root.GetNestedTypes(BindingFlags.NonPublic | BindingFlags.Public)])
        {
            foreach (var member in type.GetMembers(BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
                Add(found, member);
            foreach (var method in metadata.GetTypeDefinition((TypeDefinitionHandle)System.Reflection.Metadata.Ecma335.MetadataTokens.EntityHandle(type.MetadataToken)).GetMethods())
            {
                var address = metadata.GetMethodDefinition(method).RelativeVirtualAddress;
                if (address != 0)
                    AddBody(found, image.GetMethodBody(address).GetILBytes()!, type, metadata);
            }
        }

        return found;
    }

    /// <summary>Every four bytes that are a token of a known table are taken for one: that can only find too much.</summary>
    private static void AddBody(HashSet<string> found, byte[] il, Type type, MetadataReader metadata)
    {
        for (var i = 0; i + 4 <= il.Length; i++)
        {
            var token = BitConverter.ToInt32(il, i);
            var (table, row) = ((System.Reflection.Metadata.Ecma335.TableIndex)(token >> 24 & 0xff), token & 0xffffff);
            var isCall = i > 0 && il[i - 1] is 0x28 or 0x6f or 0x73 or 0x7b or 0x7c or 0x7d or 0x7e or 0x80 or 0x8d or 0x74 or 0x75 or 0x8c or 0xa5 or 0xd0;
            if (!isCall || table is not (System.Reflection.Metadata.Ecma335.TableIndex.TypeRef or System.Reflection.Metadata.Ecma335.TableIndex.TypeDef or System.Reflection.Metadata.Ecma335.TableIndex.MemberRef
                or System.Reflection.Metadata.Ecma335.TableIndex.MethodDef or System.Reflection.Metadata.Ecma335.TableIndex.MethodSpec or System.Reflection.Metadata.Ecma335.TableIndex.TypeSpec or System.Reflection.Metadata.Ecma335.TableIndex.Field)
                || row == 0 || row > System.Reflection.Metadata.Ecma335.MetadataReaderExtensions.GetTableRowCount(metadata, table))
                continue;
            try
            {
                if (s_assembly.ManifestModule.ResolveMember(token, type.GetGenericArguments(), Type.EmptyTypes) is { } member)
                    Add(found, member);
            }
            catch (Exception e) when (e is ArgumentException or BadImageFormatException or TypeLoadException)
            {
                // It was no token.
            }
        }
    }

    private static void Add(HashSet<string> found, MemberInfo member)
    {
        if (member is Type type)
            Add(found, type);
        else if (member.DeclaringType is { } declaring)
            Add(found, declaring);
        switch (member)
        {
            case FieldInfo field:
                Add(found, field.FieldType);
                break;
            case MethodBase method:
                foreach (var parameter in method.GetParameters())
                    Add(found, parameter.ParameterType);
                if (method is MethodInfo { ReturnType: var returned })
                    Add(found, returned);
                break;
        }
    }

    private static void Add(HashSet<string> found, Type type)
    {
        while (type.HasElementType)
            type = type.GetElementType()!;
        if (type.IsGenericParameter)
            return;
        found.Add((type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName ?? type.Name);
        foreach (var argument in type.GetGenericArguments())
            Add(found, argument);
    }
}
