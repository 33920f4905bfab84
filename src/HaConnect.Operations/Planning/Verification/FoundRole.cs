namespace HaConnect.Operations.Planning.Verification;

/// <summary>A role as a server has it.</summary>
internal sealed record FoundRole(string Name, bool MayLogIn, bool MayReplicate, bool IsSuperuser)
{
    internal string Attributes => string.Join(' ', ((string[])[MayLogIn ? "LOGIN" : "", MayReplicate ? "REPLICATION" : "", IsSuperuser ? "SUPERUSER" : ""]).Where(a => a.Length > 0)) is { Length: > 0 } text ? text : "none of LOGIN, REPLICATION, SUPERUSER";
}
