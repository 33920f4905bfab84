using Microsoft.EntityFrameworkCore.Diagnostics;

namespace HaConnect.EntityFrameworkCore.Contexts;

/// <summary>One of HaConnect's own. Entity Framework Core has a synchronous member beside each asynchronous one: there the same is waited for, and nothing in the wait needs the caller's thread.</summary>
internal interface IHaInterceptor : IInterceptor;
