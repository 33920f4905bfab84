using System.Globalization;

namespace WebShop;

/// <summary>What a browser brings along in cookies: who it is, and its basket, quantities by product.</summary>
public static class Browsing
{
    public const int MaxQuantity = 20;

    private static readonly CookieOptions s_cookie = new() { HttpOnly = true, SameSite = SameSiteMode.Lax, IsEssential = true, MaxAge = TimeSpan.FromDays(90) };

    public static Guid? Customer(this HttpContext context) => Guid.TryParse(context.Request.Cookies["customer"], out var customer) ? customer : null;

    public static void NewCustomer(this HttpContext context) => context.Response.Cookies.Append("customer", Guid.NewGuid().ToString(), s_cookie);

    public static SortedDictionary<int, int> Basket(this HttpContext context)
    {
        var basket = new SortedDictionary<int, int>();
        foreach (var line in (context.Request.Cookies["basket"] ?? "").Split('.'))
        {
            if (line.Split('x') is [var product, var quantity] && int.TryParse(product, CultureInfo.InvariantCulture, out var id) && int.TryParse(quantity, CultureInfo.InvariantCulture, out var count))
                basket[id] = Math.Clamp(count, 1, MaxQuantity);
        }

        return basket;
    }

    public static void SaveBasket(this HttpContext context, IEnumerable<KeyValuePair<int, int>> basket) =>
        context.Response.Cookies.Append("basket", string.Join('.', basket.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Key}x{l.Value}"))), s_cookie);
}
