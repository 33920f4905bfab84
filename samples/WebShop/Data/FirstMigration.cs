using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace WebShop.Data;

[DbContext(typeof(Shop)), Migration("20260101000000_First")]
public sealed class FirstMigration : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        CREATE TABLE "Products" ("Id" int PRIMARY KEY, "Name" text NOT NULL, "Description" text NOT NULL, "Price" numeric(10, 2) NOT NULL, "Stock" int NOT NULL CHECK ("Stock" >= 0));
        CREATE TABLE "Orders" ("Id" uuid PRIMARY KEY, "Customer" uuid NOT NULL, "PlacedAt" timestamptz NOT NULL);
        CREATE INDEX ON "Orders" ("Customer", "PlacedAt");
        CREATE TABLE "OrderLines" (
            "OrderId" uuid REFERENCES "Orders", "ProductId" int REFERENCES "Products", "Quantity" int NOT NULL CHECK ("Quantity" > 0), "Price" numeric(10, 2) NOT NULL,
            PRIMARY KEY ("OrderId", "ProductId"));
        INSERT INTO "Products" VALUES
            (1, 'Assam', 'Strong and malty, for the morning', 7.90, 5000),
            (2, 'Darjeeling', 'First flush, light and flowery', 14.50, 3000),
            (3, 'Sencha', 'Green, fresh, a little grassy', 9.80, 4000),
            (4, 'Oolong', 'Between green and black, of the high hills', 16.20, 2000),
            (5, 'Lapsang Souchong', 'Smoked over pine', 11.40, 2500),
            (6, 'White Peony', 'One small harvest; when it is gone, it is gone', 48.00, 20);
        """);
}
