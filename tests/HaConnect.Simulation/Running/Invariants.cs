namespace HaConnect.Simulation.Running;

/// <summary>The names of what must hold, as the protocol's list has them.</summary>
internal static class Invariants
{
    internal const string NoLostAck = "NoLostAck";
    internal const string NoUnbackedAck = "NoUnbackedAck";
    internal const string AtMostOneAckingPrimary = "AtMostOneAckingPrimary";
    internal const string TermMonotonic = "TermMonotonic";
    internal const string OneLeaderPerTerm = "OneLeaderPerTerm";
    internal const string RevocationQuorum = "RevocationQuorum";
    internal const string MaxLogChosen = "MaxLogChosen";
    internal const string SsnBeforePromote = "SsnBeforePromote";
    internal const string EstablishBeforeServe = "EstablishBeforeServe";
    internal const string NoRepointBelowPromise = "NoRepointBelowPromise";
    internal const string NoRewindBeforeEstablish = "NoRewindBeforeEstablish";
    internal const string EffectInLockSession = "EffectInLockSession";
    internal const string ReadBound = "ReadBound";
    internal const string NoErrors = "NoErrors";
    internal const string Converges = "Converges";
    internal const string OldPrimariesFencedOnly = "OldPrimariesFencedOnly";
    internal const string FencedBeforePromotion = "FencedBeforePromotion";
    internal const string NoNeedlessPromotion = "NoNeedlessPromotion";
}
