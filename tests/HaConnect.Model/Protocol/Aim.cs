namespace HaConnect.Model;

/// <summary>What a term is taken for.</summary>
internal enum Aim
{
    None,
    Failover,
    Confirm,
    Adopt,
}
