namespace HaConnect.AspNetCore.Page.Actions;

/// <summary>One line of the answer to an action: what is going on, or how it has ended.</summary>
/// <param name="Text">A sentence for people.</param>
/// <param name="Succeeded">Null while it goes on.</param>
internal sealed record ActionNews(string Text, bool? Succeeded);
