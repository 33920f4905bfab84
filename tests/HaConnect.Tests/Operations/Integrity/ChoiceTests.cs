using HaConnect.Operations;
using HaConnect.Operations.Integrity;

namespace HaConnect.Tests.Operations.Integrity;

public sealed class ChoiceTests
{
    private static CatalogTable Table(string name, long oid, char kind = 'r', params string[] ancestors) => new()
    {
        Oid = oid,
        Schema = "public",
        Name = name,
        Kind = kind,
        Persistence = 'p',
        IsPartition = ancestors.Length > 0,
        HasForeignPartition = false,
        IsHeap = kind != 'p',
        EstimatedRows = 0,
        Blocks = 0,
        Root = ancestors.Length > 0 ? ["public", ancestors[^1]["public.".Length..]] : [],
        Ancestors = ancestors,
        Columns = [new CatalogColumn("id", "int4", "integer", 'b', true, false, "pg_catalog.int4send", null, "", false)],
    };

    /// <summary>Parted has two leaves, of which one is below a part of its own.</summary>
    private static readonly CatalogTable[] s_tables =
    [
        Table("alone", 1), Table("parted", 2, 'p'), Table("parted_1", 3, 'r', "public.parted"), Table("parted_2", 4, 'p', "public.parted"), Table("parted_2_1", 5, 'r', "public.parted_2", "public.parted"), Table("plain", 6),
    ];

    [Theory]
    [InlineData("plain", "plain", "alone, public.parted")]
    [InlineData("plain parted", "parted plain", "alone")] // publish_via_partition_root
    [InlineData("plain parted_1 parted_2_1", "parted_1 parted_2_1 plain", "alone")]
    [InlineData("plain parted_1 parted_2", "parted_1 parted_2 plain", "alone")]
    [InlineData("plain parted_1", "parted_1 plain", "alone, public.parted_2, public.parted_2_1")]
    [InlineData("plain parted parted_1 alone", "alone parted plain", null)] // once is enough
    public void Choose_PartitionsOfASubscription_AreComparedAsTheyAreReplicated(string subscribed, string compared, string? unsubscribed)
    {
        var choice = Choose(SideRelation.Subscription, s_tables, s_tables, Subscribed(subscribed));
        Assert.Equal(compared.Split(' ').Select(c => $"public.{c}"), choice.Plans.Select(p => p.Name));
        var note = choice.Notes.SingleOrDefault(n => n.Text.StartsWith("Not replicated", StringComparison.Ordinal));
        Assert.Equal(unsubscribed is null ? null : $"Not replicated by the subscription, and so not compared: public.{unsubscribed}.", note?.Text);
    }

    [Fact]
    public void Choose_PartitionThatIsNamedAndReplicatedWithItsTable_IsNotCalledUnsubscribed()
    {
        var choice = Choose(SideRelation.Subscription, s_tables, s_tables, Subscribed("parted"), "parted_1");
        Assert.Empty(choice.Plans);
        var note = Assert.Single(choice.Notes, n => n.Table == "public.parted_1");
        Assert.Equal((VerificationNoteKind.NotVerified, true), (note.Kind, note.Text.EndsWith("is replicated as part of public.parted: name that.", StringComparison.Ordinal)));
    }

    [Fact]
    public void Choose_NoSubscription_PartitionsGoWithTheTableOrTheFile()
    {
        Assert.Equal(["public.alone", "public.parted", "public.plain"], Choose(SideRelation.Unknown, s_tables, s_tables).Plans.Select(p => p.Name));
        Assert.Equal(["public.alone", "public.parted_1", "public.parted_2_1", "public.plain"], Choose(SideRelation.Replay, s_tables, s_tables).Plans.Select(p => p.Name));
    }

    [Fact]
    public void Common_WhatChangedBetweenTwoLooks_IsLeftOut()
    {
        CatalogTable[] before = [Table("kept", 1), Table("dropped", 2), Table("again", 3), Table("old", 4), Wide("wider", 5), Wide("narrower", 6, "gone")];
        CatalogTable[] now = [Table("kept", 1), Table("made", 7), Table("again", 8), Table("new", 4), Wide("wider", 5, "added"), Wide("narrower", 6)];
        var common = CatalogChanges.Common(before, now);
        Assert.Equal(["kept", "wider", "narrower"], common.Select(t => t.Name));
        Assert.All(common, t => Assert.Equal(["id"], t.Columns.Select(c => c.Name)));
        Assert.Equal(["again", "dropped", "made", "new", "old"], CatalogChanges.Passing(before, now).Select(t => t.Name).Order(StringComparer.Ordinal));

        static CatalogTable Wide(string name, long oid, params string[] more)
        {
            var table = Table(name, oid);
            return table with { Columns = [.. table.Columns, .. more.Select(m => table.Columns[0] with { Name = m })] };
        }
    }

    [Fact]
    public void Choose_TableMadeOrDroppedWhileCatalogsAreRead_IsNotToldAsMissingOrBesides()
    {
        CatalogTable[] before = [Table("kept", 1), Table("dropped", 2), Table("lost", 9)];
        CatalogTable[] now = [Table("kept", 1), Table("made", 3), Table("lost", 9)];
        CatalogTable[] right = [Table("kept", 1), Table("dropped", 2), Table("made", 3), Table("fleeting", 4), Table("besides", 5)];
        CatalogTable[] rightAgain = [Table("kept", 1), Table("made", 3), Table("besides", 5)];
        Assert.True(CatalogChanges.IsSomethingAmiss(before, right));
        Assert.False(CatalogChanges.IsSomethingAmiss(before, before));
        var choice = Choose(SideRelation.Replay, CatalogChanges.Common(before, now), CatalogChanges.Between(right, rightAgain, before, now));
        Assert.Equal(["public.kept"], choice.Plans.Select(p => p.Name));
        Assert.Equal(["lost"], choice.Missing.Select(t => t.Name));
        Assert.Equal("Only the right side has public.besides.", Assert.Single(choice.Notes).Text);
    }

    [Fact]
    public void Choose_TablesOfTools_AreLeftOutWhereNothingIsKnownOfTheSides()
    {
        string[] slony = ["sl_node", "sl_set", "sl_table", "sl_event", "sl_confirm", "sl_log_1", "sl_log_2", "sl_path"];
        CatalogTable[] left =
        [
            Table("alone", 1), .. slony.Select((n, i) => Table(n, 10 + i) with { Schema = "_trial" }), Table("bucardo_delta_names", 20) with { Schema = "bucardo" }, Table("bucardo_delta_targets", 21) with { Schema = "bucardo" },
            Table("sl_node", 30) with { Schema = "_mine" }, Table("node", 40) with { Schema = "pglogical", Extension = "pglogical" }, Table("systems", 41) with { Extension = "postgis", IsDumped = true, DumpCondition = "WHERE NOT (id < 7)" },
        ];
        CatalogTable[] right = [.. left.Where(t => t.Schema != "bucardo"), Table("more", 50) with { Schema = "_trial" }];

        var choice = Choose(SideRelation.Unknown, left, right);
        Assert.Equal(["public.alone", "_mine.sl_node", "public.systems"], choice.Plans.Select(p => p.Name));
        Assert.Equal((" NOT (id < 7)", " NOT (id < 7)"), (choice.Plans[2].LeftFilter, choice.Plans[2].RightFilter));
        Assert.Empty(choice.Missing);
        Assert.Equal((true, false), (choice.IsOfATool("_trial"), choice.IsOfATool("_mine")));
        Assert.Equal(
            ["Not compared, since Bucardo keeps it at each server for itself: bucardo.bucardo_delta_names, bucardo.bucardo_delta_targets.", "Not compared, since Slony keeps it at each server for itself: _trial.sl_node, _trial.sl_set, _trial.sl_table, _trial.sl_event, _trial.sl_confirm, _trial.sl_log_1, _trial.sl_log_2, _trial.sl_path.",
                "Not compared, since the extension pglogical keeps it at each server for itself: pglogical.node.", "Only the rows that were added to those of the extension postgis were compared, as pg_dump tells them."],
            choice.Notes.Select(n => n.Text).Order(StringComparer.Ordinal));

        // What is named is compared, and whole; of one cluster everything has to be the same.
        var named = Choose(SideRelation.Unknown, left, right, null, "_trial.sl_node", "systems");
        Assert.Equal([("_trial.sl_node", null), ("public.systems", (string?)null)], named.Plans.Select(p => (p.Name, p.LeftFilter)));
        Assert.Equal(left.Length - 2, Choose(SideRelation.Replay, left, right).Plans.Count);
    }

    private static SubscribedTables Subscribed(string names) => new(["slot"], names.Split(' ').ToDictionary(n => $"public.{n}", _ => 'r', StringComparer.Ordinal), new Dictionary<string, PublishedTable>());

    private static TableChoice Choose(SideRelation relation, IReadOnlyList<CatalogTable> left, IReadOnlyList<CatalogTable> right, SubscribedTables? subscribed = null, params string[] tables)
    {
        var options = new VerificationOptions();
        foreach (var table in tables)
            options.Tables.Add(table);
        var choice = new TableChoice(relation, new NamePattern(options), subscribed);
        choice.Choose(left, right);
        return choice;
    }
}
