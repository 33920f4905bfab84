using HaConnect.Operations.Backups;

namespace HaConnect.Tests.Operations.Backups;

/// <summary>Of what incremental backups are put together, and what is said where that cannot be.</summary>
public sealed class BackupChainTests
{
    private static readonly BaseBackup s_monday = new("monday", "full", "plain") { StartLsn = 0x2000028, Size = 30, SystemIdentifier = 7, Folder = "/b/monday" };
    private static readonly BaseBackup s_tuesday = new("tuesday", "incremental", "plain") { StartLsn = 0x4000028, IncrementalFrom = 0x2000028, Size = 5, SystemIdentifier = 7, Folder = "/b/tuesday" };
    private static readonly BaseBackup s_wednesday = new("wednesday", "incremental", "plain") { StartLsn = 0x6000028, IncrementalFrom = 0x4000028, Size = 6, SystemIdentifier = 7, Folder = "/b/wednesday" };

    [Fact]
    public void Resolve_WholeChain_HasItsFoldersFromTheFullOneOn()
    {
        var resolved = BackupChain.Resolve(s_wednesday, [s_monday, s_tuesday, s_wednesday]);
        Assert.Null(resolved.Problem);
        Assert.Equal(["/b/monday", "/b/tuesday", "/b/wednesday"], resolved.Chain);
        Assert.Equal(resolved.Chain, resolved.Folders);
        Assert.Equal(41, resolved.Size);
        Assert.Equal(["/b/monday"], BackupChain.Resolve(s_monday, [s_monday]).Folders);
        Assert.Empty(BackupChain.Resolve(s_monday, [s_monday]).Chain);
    }

    [Fact]
    public void Resolve_WhatPgCombinebackupHasWritten_StandsForTheChainBeforeIt()
    {
        var combined = s_tuesday with { Name = "combined", Kind = "full", IncrementalFrom = null, Folder = "/b/combined" };
        Assert.Equal(["/b/combined", "/b/wednesday"], BackupChain.Resolve(s_wednesday, [s_tuesday, combined, s_wednesday]).Chain);
    }

    [Fact]
    public void Resolve_BrokenLinks_AreNamed()
    {
        Assert.Equal("it is incremental to a backup from 0/4000028 on, which is not here", ProblemOf(s_wednesday, s_monday));
        Assert.Equal("it is made of tuesday, which is incremental to a backup from 0/2000028 on, which is not here", ProblemOf(s_wednesday, s_tuesday));
        Assert.Equal("it is made of tuesday, which is incremental to monday, which is no use: it has no backup_manifest", ProblemOf(s_wednesday, s_tuesday, s_monday with { Problem = "it has no backup_manifest" }));
        Assert.Equal("it is incremental to a backup from 0/2000028 on, which is not here", ProblemOf(s_tuesday, s_monday with { SystemIdentifier = 8 })); // another cluster's
        Assert.Equal("it is incremental, and has no backup_label that says to what", ProblemOf(s_tuesday with { IncrementalFrom = null }, s_monday));
        Assert.Equal("it is incremental to monday, which is in tar archives, and pg_combinebackup reads none: unpack them", ProblemOf(s_tuesday, s_monday with { Form = "tar" }));
        Assert.StartsWith("it is incremental and in tar archives, and pg_combinebackup reads none", ProblemOf(s_tuesday with { Form = "tar", IncrementalFrom = null }, s_monday), StringComparison.Ordinal);
        Assert.Equal("its own", ProblemOf(s_tuesday with { Problem = "its own" }, s_monday));
    }

    private static string? ProblemOf(BaseBackup backup, params BaseBackup[] before) => BackupChain.Resolve(backup, [.. before, backup]).Problem;
}
