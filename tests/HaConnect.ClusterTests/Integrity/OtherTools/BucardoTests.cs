namespace HaConnect.ClusterTests.Integrity.OtherTools;

public sealed class BucardoTests : OtherToolTest
{
    [Fact]
    public async Task Run_ServersThatBucardoKeepsInStepUnderLoad_NoFalseAlarmAndWhatIsPlantedIsFound()
    {
        Assert.SkipWhen(ReplicationTools.WhyNotAll is not null, ReplicationTools.WhyNotAll ?? "");
        var left = await StartClusterAsync(ReplicationTools.Options());
        var right = await StartClusterAsync(ReplicationTools.Options());
        await ExecuteAsync(left, "n1", "app", [.. Tables, .. Rows, "CREATE ROLE bucardo SUPERUSER LOGIN PASSWORD 'bucardo'", "CREATE DATABASE bucardo OWNER bucardo"]);
        await ExecuteAsync(right, "n1", "app", [.. Tables, Rows[3]]); // Bucardo refuses a table without a key: somebody else copied it
        await using var bucardo = await ToolProcesses.MakeAsync("bucardo", Cancelled);
        await File.WriteAllTextAsync(Path.Combine(bucardo.Folder, "bucardorc"), $"""
            dbhost = {left["n1"].Host}
            dbport = {left["n1"].Port}
            dbname = bucardo
            dbuser = bucardo
            dbpass = bucardo
            piddir = {bucardo.Folder}
            reason_file = {bucardo.Folder}/reason
            warning_file = {bucardo.Folder}/warning
            log_conflict_file = {bucardo.Folder}/conflict

            """, Cancelled);
        File.Copy(ReplicationTools.Program("../share/bucardo/bucardo.schema"), Path.Combine(bucardo.Folder, "bucardo.schema"));
        foreach (var command in (string[])[
            $"install --batch --quiet --pid-dir={bucardo.Folder}",
            $"add db l dbname=app dbhost={left["n1"].Host} dbport={left["n1"].Port} dbuser={left.Superuser.User} dbpass={left.Superuser.Password}",
            $"add db r dbname=app dbhost={right["n1"].Host} dbport={right["n1"].Port} dbuser={right.Superuser.User} dbpass={right.Superuser.Password}",
            "add table public.accounts public.queue public.by_text public.by_two db=l relgroup=all",
            "add sequence public.queue_id_seq db=l relgroup=all",
            "add dbgroup g l:source r:target",
            "add sync s relgroup=all dbs=g onetimecopy=2",
            $"set piddir={bucardo.Folder} reason_file={bucardo.Folder}/reason warning_file={bucardo.Folder}/warning log_conflict_file={bucardo.Folder}/conflict"])
            await bucardo.RunAsync("perl", Command(command), "", Cancelled);
        bucardo.Start("start.log", "perl", Command("start"));
        await UntilInStepAsync(right, "accounts", "queue", "by_text", "by_two", "alone");

        string[] Command(string command) => [ReplicationTools.Program("bucardo"), $"--bucardorc={bucardo.Folder}/bucardorc", $"--log-destination={bucardo.Folder}", .. command.Split(' ')];

        await RequireFoundAsync(left, right, "Bucardo", "", 20); // it carries the sequence, too; it can be late by more than 5 s
    }
}
