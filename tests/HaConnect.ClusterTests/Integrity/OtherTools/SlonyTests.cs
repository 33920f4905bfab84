namespace HaConnect.ClusterTests.Integrity.OtherTools;

public sealed class SlonyTests : OtherToolTest
{
    [Fact]
    public async Task Run_ServersThatSlonyKeepsInStepUnderLoad_NoFalseAlarmAndWhatIsPlantedIsFound()
    {
        Assert.SkipWhen(ReplicationTools.WhyNotAll is not null, ReplicationTools.WhyNotAll ?? "");
        var left = await StartClusterAsync(ReplicationTools.Options());
        var right = await StartClusterAsync(ReplicationTools.Options());
        await ExecuteAsync(left, "n1", "app", [.. Tables, .. Rows]);
        await ExecuteAsync(right, "n1", "app", [.. Tables, Rows[3]]); // Slony refuses a table without a key: somebody else copied it
        await using var slony = await ToolProcesses.MakeAsync(left.Superuser.Password, Cancelled);
        var preamble = $"""
            cluster name = trial;
            node 1 admin conninfo = '{Conninfo(left)}';
            node 2 admin conninfo = '{Conninfo(right)}';

            """;
        await slony.RunAsync(ReplicationTools.Program("slonik"), [], preamble + $"""
            init cluster (id=1, comment='left');
            create set (id=1, origin=1, comment='all');
            set add table (set id=1, origin=1, id=1, fully qualified name='public.accounts');
            set add table (set id=1, origin=1, id=2, fully qualified name='public.queue');
            set add table (set id=1, origin=1, id=3, fully qualified name='public.by_text');
            set add table (set id=1, origin=1, id=4, fully qualified name='public.by_two');
            set add sequence (set id=1, origin=1, id=1, fully qualified name='public.queue_id_seq');
            store node (id=2, comment='right', event node=1);
            store path (server=1, client=2, conninfo='{Conninfo(left)}');
            store path (server=2, client=1, conninfo='{Conninfo(right)}');

            """, Cancelled);
        slony.Start("left.log", ReplicationTools.Program("slon"), "-s", "500", "trial", Conninfo(left));
        slony.Start("right.log", ReplicationTools.Program("slon"), "-s", "500", "trial", Conninfo(right));
        await slony.RunAsync(ReplicationTools.Program("slonik"), [], preamble + "subscribe set (id=1, provider=1, receiver=2, forward=no);\n", Cancelled);
        await UntilInStepAsync(right, "accounts", "queue", "by_text", "by_two", "alone");

        await RequireFoundAsync(left, right, "Slony", "", 5); // it carries the sequence, too
    }
}
