using Microsoft.EntityFrameworkCore;

namespace WebShop.Data;

/// <summary>What writes: at the primary, whichever it is.</summary>
public class Shop : DbContext
{
    public Shop(DbContextOptions<Shop> options)
        : base(options)
    {
    }

    protected Shop(DbContextOptions options)
        : base(options)
    {
    }

    public DbSet<Product> Products => Set<Product>();

    public DbSet<Order> Orders => Set<Order>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.Entity<OrderLine>().ToTable("OrderLines").HasKey(l => new { l.OrderId, l.ProductId });
}

/// <summary>What only reads: at a replica that is proven fresh enough.</summary>
public sealed class ShopReads(DbContextOptions<ShopReads> options) : Shop(options);

public sealed class Product
{
    public int Id { get; init; }

    public required string Name { get; init; }

    public required string Description { get; init; }

    public decimal Price { get; init; }

    public int Stock { get; init; }
}

public sealed class Order
{
    /// <summary>Made with the form, so that one that is sent twice is one order.</summary>
    public Guid Id { get; init; }

    public Guid Customer { get; init; }

    public DateTimeOffset PlacedAt { get; init; }

    public ICollection<OrderLine> Lines { get; init; } = [];
}

public sealed class OrderLine
{
    public Guid OrderId { get; init; }

    public int ProductId { get; init; }

    public Product? Product { get; init; }

    public int Quantity { get; init; }

    public decimal Price { get; init; }
}
