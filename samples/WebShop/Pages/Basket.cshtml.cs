using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using WebShop.Data;

namespace WebShop.Pages;

public sealed class BasketModel(Shop shop, ShopReads reads) : PageModel
{
    public IReadOnlyList<(Product Product, int Quantity)> Lines { get; private set; } = [];

    public string? SoldOut { get; private set; }

    public async Task OnGetAsync(int? soldOut, CancellationToken cancellationToken)
    {
        var basket = HttpContext.Basket();
        int[] wanted = [.. basket.Keys, soldOut ?? 0];
        var products = await reads.Products.Where(p => wanted.Contains(p.Id)).OrderBy(p => p.Id).ToListAsync(cancellationToken);
        Lines = [.. products.Where(p => basket.ContainsKey(p.Id)).Select(p => (p, basket[p.Id]))];
        SoldOut = products.Find(p => p.Id == soldOut)?.Name;
    }

    public RedirectResult OnPostAdd(int product)
    {
        var basket = HttpContext.Basket();
        basket[product] = Math.Min(basket.GetValueOrDefault(product) + 1, Browsing.MaxQuantity);
        HttpContext.SaveBasket(basket);
        if (HttpContext.Customer() is null)
            HttpContext.NewCustomer(); // now, and not with the order: one that is sent twice would make two
        return Redirect("/");
    }

    public RedirectResult OnPostClear()
    {
        HttpContext.SaveBasket([]);
        return Redirect("/basket");
    }

    public async Task<ActionResult> OnPostOrderAsync(Guid id, CancellationToken cancellationToken)
    {
        var basket = HttpContext.Basket();
        if (id == Guid.Empty || HttpContext.Customer() is not { } customer)
            return BadRequest();
        if (basket.Count == 0) // the same form again, from a page that is no longer true
            return Redirect("/orders");
        if (await Ordering.PlaceAsync(shop, id, customer, basket, cancellationToken) is { } missing)
            return Redirect($"/basket?soldOut={missing.Id}");
        HttpContext.SaveBasket([]);
        return Redirect($"/orders?placed={id}");
    }
}
