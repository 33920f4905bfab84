using System.Data.Common;
using HaConnect.Histories;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace HaConnect.TestApplication;

/// <summary>By Entity Framework Core, as anyone would: SaveChanges, and a transaction with ExecuteUpdate and SaveChanges in it.</summary>
internal sealed class EntityFrameworkWay(HaDataSource database) : IWay
{
    /// <summary>The row says who has written it, since SaveChanges begins its transaction by itself.</summary>
    private const string Columns = $"""
        ALTER TABLE writes ADD COLUMN IF NOT EXISTS node text DEFAULT pg_catalog.current_setting('cluster_name');
        ALTER TABLE writes ADD COLUMN IF NOT EXISTS timeline int DEFAULT {Sql.Timeline};
        """;

    public Task PrepareAsync() => database.ExecuteAsync((connection, _) => Sql.ExecuteAsync(connection, Columns), WorkKind.IdempotentWrite);

    public async Task<Attempt> InsertAsync(string client, long op, bool isKeyed, Attempts attempts)
    {
        var sent = new SentInterceptor(attempts);
        await using var ledger = new Ledger(database, sent);
        var row = new WrittenRow { Client = client, Op = op };
        ledger.Writes.Add(row);
        await ledger.SaveChangesAsync(CancellationToken.None);
        return sent.Acked(row);
    }

    public async Task<Attempt> MoveAsync(Invoked move, Attempts attempts)
    {
        var sent = new SentInterceptor(attempts);
        await using var ledger = new Ledger(database, sent);
        var row = await ledger.Database.ExecuteInTransactionAsync(async token =>
        {
            foreach (var (account, amount) in IWay.ChangesOf(move))
                await ledger.Accounts.Where(a => a.Id == account).ExecuteUpdateAsync(a => a.SetProperty(x => x.Balance, x => x.Balance + amount), token);
            var row = new WrittenRow { Client = move.Client, Op = move.Op };
            ledger.Writes.Add(row);
            await ledger.SaveChangesAsync(token);
            return row;
        });
        return sent.Acked(row);
    }

    private sealed class Ledger(HaDataSource database, SentInterceptor sent) : DbContext
    {
        public DbSet<WrittenRow> Writes => Set<WrittenRow>();

        public DbSet<Account> Accounts => Set<Account>();

        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseHaDatabase(database).AddInterceptors(sent);

        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<WrittenRow>(row =>
            {
                row.ToTable("writes").HasKey(r => new { r.Client, r.Op });
                row.Property(r => r.Client).HasColumnName("client");
                row.Property(r => r.Op).HasColumnName("op").ValueGeneratedNever();
                row.Property(r => r.Node).HasColumnName("node").ValueGeneratedOnAdd();
                row.Property(r => r.Timeline).HasColumnName("timeline").ValueGeneratedOnAdd();
            });
            modelBuilder.Entity<Account>(account =>
            {
                account.ToTable("accounts").HasKey(a => a.Id);
                account.Property(a => a.Id).HasColumnName("id");
                account.Property(a => a.Balance).HasColumnName("balance");
            });
        }
    }

    private sealed class WrittenRow
    {
        public required string Client { get; init; }

        public required long Op { get; init; }

        public string? Node { get; init; }

        public int? Timeline { get; init; }
    }

    private sealed class Account
    {
        public int Id { get; init; }

        public long Balance { get; init; }
    }

    /// <summary>Each transaction is an attempt; behind its last command comes its COMMIT.</summary>
    private sealed class SentInterceptor(Attempts attempts) : DbCommandInterceptor, IDbTransactionInterceptor
    {
        private Attempt _attempt = new(0);

        public ValueTask<DbTransaction> TransactionStartedAsync(DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
        {
            _attempt = attempts.Begin();
            return new(result);
        }

        public override ValueTask<DbDataReader> ReaderExecutedAsync(DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
        {
            _attempt.Sent = HistoryRecorder.Now;
            return new(result);
        }

        internal Attempt Acked(WrittenRow row)
        {
            (_attempt.Node, _attempt.Timeline) = (row.Node ?? "", row.Timeline);
            return _attempt;
        }
    }
}
