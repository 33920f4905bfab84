namespace HaConnect.AspNetCore.Page.Web;

/// <summary>Whether a user may do something.</summary>
internal enum Access
{
    Allowed,

    /// <summary>Nobody is signed in.</summary>
    Challenged,

    /// <summary>Whoever is signed in may not.</summary>
    Forbidden,
}
