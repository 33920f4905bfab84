using Microsoft.EntityFrameworkCore;
using Npgsql;
using WebShop.Data;

namespace WebShop;

/// <summary>A basket becomes an order, and leaves the stock, in one transaction: all of it or nothing.</summary>
public static class Ordering
{
    /// <summary>Gives the product of which there is not enough, or null: the order is placed. One whose id is there already was placed before, and is not placed again.</summary>
    public static async Task<Product?> PlaceAsync(Shop shop, Guid id, Guid customer, IReadOnlyDictionary<int, int> basket, CancellationToken cancellationToken)
    {
        var askedAt = TimeProvider.System.GetUtcNow();
        try
        {
            // Where the primary is lost under it, all of it is run again at the next one, unless it turns out to be committed.
            await shop.Database.ExecuteInTransactionAsync(async ct =>
            {
                // The order first: a second one with the same id waits here for the first, and ends before it takes anything.
                var products = await shop.Products.AsNoTracking().Where(p => basket.Keys.Contains(p.Id)).OrderBy(p => p.Id).ToListAsync(ct);
                shop.Orders.Add(new Order { Id = id, Customer = customer, PlacedAt = askedAt, Lines = [.. products.Select(p => new OrderLine { ProductId = p.Id, Quantity = basket[p.Id], Price = p.Price })] });
                await shop.SaveChangesAsync(ct);

                // Asking and taking is one statement, so nothing is sold twice; all go by the same sequence, so none waits for another in a circle.
                foreach (var product in products)
                {
                    var quantity = basket[product.Id];
                    if (await shop.Products.Where(p => p.Id == product.Id && p.Stock >= quantity).ExecuteUpdateAsync(set => set.SetProperty(p => p.Stock, p => p.Stock - quantity), ct) == 0)
                        throw new SoldOutException(product);
                }
            }, cancellationToken: cancellationToken);
            return null;
        }
        catch (SoldOutException e)
        {
            return e.Product;
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return null;
        }
    }

    private sealed class SoldOutException(Product product) : Exception
    {
        public Product Product => product;
    }
}
