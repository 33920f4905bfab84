namespace HaConnect.Operations;

/// <summary>One of the two databases that are compared, whatever keeps it in step: a primary, a standby, a logical subscriber, a copy that some other tool fills.</summary>
/// <param name="Name">What the report calls it, for instance a node's name.</param>
/// <param name="ConnectionString">
/// A connection string of Npgsql's, to one server and one database. Where it has no password, Npgsql takes it from <c>PGPASSWORD</c>, <c>PGPASSFILE</c> or <c>~/.pgpass</c>. Away from loopback the
/// server's certificate is checked where it has no <c>SSL Mode</c>. Its role needs to read the tables and nothing else: the verifier of docs/operations/roles.md.
/// </param>
public sealed record VerificationSide(string Name, string ConnectionString)
{
    /// <summary>The name: a connection string may hold a password.</summary>
    public override string ToString() => Name;
}
