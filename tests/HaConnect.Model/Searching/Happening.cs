namespace HaConnect.Model;

/// <summary>A step of a trace, and how it reads.</summary>
internal readonly record struct Happening(Move Move, string Sentence);
