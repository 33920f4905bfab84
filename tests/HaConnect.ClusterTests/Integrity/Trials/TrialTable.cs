namespace HaConnect.ClusterTests.Integrity.Trials;

/// <summary>A table of the trials, with all that is needed to change one of its rows and to undo that.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Create">How it is made.</param>
/// <param name="Rows">How many rows it has; their <c>n</c> is 1 to that.</param>
/// <param name="Mutable">Expressions that change a value: column, and what it becomes, with <c>{0}</c> for a random number from 0.</param>
internal sealed record TrialTable(string Name, string Create, int Rows, IReadOnlyList<(string Column, string Becomes)> Mutable)
{
    private static readonly (string, string)[] s_values =
    [
        ("bytes", "set_byte(bytes, {0} % length(bytes), (get_byte(bytes, {0} % length(bytes)) + 1 + {0} % 255) % 256)"),
        ("note", "overlay(note PLACING chr(1 + ascii(substr(note, 1 + {0} % length(note), 1))) FROM 1 + {0} % length(note) FOR 1)"),
        ("f8", "f8 * (1 + 2.220446049250313e-16)"), // its last bit
        ("big", "big # (1::bigint << ({0} % 63))"),
        ("doc", "jsonb_set(doc, '{{a}}', to_jsonb((doc ->> 'a')::int + 1))"),
        ("list", "list[:1] || (list[2] + 1) || list[3:]"),
        ("at", "at + interval '1 microsecond'"),
        ("amount", "amount + 0.0001"),
        ("maybe", "CASE WHEN maybe IS NULL THEN '' END"),
    ];

    private const string Columns = "n int NOT NULL, bytes bytea, note text, f8 float8, big bigint, doc jsonb, list int[], at timestamptz, amount numeric, maybe text";

    internal const string Fill = """
        SELECT i, decode(md5(i::text) || md5('x' || i), 'hex'), 'note ' || md5(i::text), 1 + i / 7.0, i * 1234567890123, jsonb_build_object('a', i, 'b', 'c'), ARRAY[i, i + 1, i + 2],
               '2026-01-01'::timestamptz + i * interval '1 s', i / 3.0, CASE WHEN i % 3 = 0 THEN NULL ELSE '' END
        """;

    internal static readonly TrialTable[] All =
    [
        new("by_number", $"CREATE TABLE by_number ({Columns}, PRIMARY KEY (n))", 4000, s_values),
        new("by_text", $"CREATE TABLE by_text ({Columns}, k text GENERATED ALWAYS AS (md5(n::text)) STORED, PRIMARY KEY (k, n))", 2000, s_values),
        new("by_uuid", $"CREATE TABLE by_uuid ({Columns}, u uuid GENERATED ALWAYS AS (md5(n::text)::uuid) STORED NOT NULL UNIQUE)", 2000, s_values),
        new("parted", $"CREATE TABLE parted ({Columns}, PRIMARY KEY (n)) PARTITION BY RANGE (n); CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (1000); CREATE TABLE parted_2 PARTITION OF parted DEFAULT", 2000, s_values),
        new("keyless", $"CREATE TABLE keyless ({Columns})", 2000, s_values),
    ];

    internal bool HasKey => Name != "keyless";

    internal const string Names = "n, bytes, note, f8, big, doc, list, at, amount, maybe";
}
