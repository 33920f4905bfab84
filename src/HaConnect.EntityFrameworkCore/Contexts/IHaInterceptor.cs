using Microsoft.EntityFrameworkCore.Diagnostics;

namespace HaConnect.EntityFrameworkCore.Contexts;

/// <summary>One of HaConnect's own.</summary>
internal interface IHaInterceptor : IInterceptor;
