using System.Text.Json;
using HaConnect.AspNetCore.Problems;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace HaConnect.Tests.AspNetCore.Problems;

public sealed class HaExceptionHandlerTests
{
    private readonly FakeLogCollector _log = new();

    [Fact]
    public async Task TryHandleAsync_NoPrimary_Is503WithRetryAfterAndNothingOfTheCluster()
    {
        var (handled, response, body) = await HandleAsync(Errors.NoPrimary(isTransient: true));
        Assert.True(handled);
        Assert.Equal((503, "5", "application/problem+json"), (response.StatusCode, response.Headers.RetryAfter.ToString(), response.ContentType));
        Assert.Equal("urn:haconnect:problem:no-primary", body.GetProperty("type").GetString());
        Assert.Equal(503, body.GetProperty("status").GetInt32());
        Assert.True(body.GetProperty("mayRepeat").GetBoolean());
        Assert.DoesNotContain("internal", body.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", body.GetRawText(), StringComparison.Ordinal);
        var line = Assert.Single(_log.GetSnapshot());
        Assert.Equal((LogLevel.Warning, 4100), (line.Level, line.Id.Id));
        Assert.NotNull(line.Exception);
    }

    [Fact]
    public async Task TryHandleAsync_OutcomeUnknown_TellsNotToRepeat()
    {
        var token = Guid.NewGuid();
        var (_, response, body) = await HandleAsync(new InvalidOperationException("wrapped", Errors.Unknown(isTransient: false, token)));
        Assert.Equal((500, ""), (response.StatusCode, response.Headers.RetryAfter.ToString()));
        Assert.Equal("urn:haconnect:problem:commit-outcome-unknown", body.GetProperty("type").GetString());
        Assert.Equal("It is not known whether the request was applied. Do not send it again blindly: look first whether it was.", body.GetProperty("detail").GetString());
        Assert.False(body.GetProperty("mayRepeat").GetBoolean());
        Assert.Equal(token, body.GetProperty("commitToken").GetGuid());
        Assert.Equal(LogLevel.Error, Assert.Single(_log.GetSnapshot()).Level);
    }

    [Fact]
    public async Task TryHandleAsync_InDevelopment_TellsTheError()
    {
        var (_, _, body) = await HandleAsync(Errors.NoPrimary(isTransient: true), Environments.Development);
        Assert.Equal(Errors.Secret, body.GetProperty("exception").GetString());
    }

    [Fact]
    public async Task TryHandleAsync_OfTheApplication_IsLeftToOthers()
    {
        var (handled, response, _) = await HandleAsync(new InvalidOperationException("of the application"));
        Assert.Equal((false, 200, 0), (handled, response.StatusCode, _log.Count));
    }

    [Fact]
    public async Task TryHandleAsync_ClientTakesNoJson_HasTheStatus()
    {
        var (handled, response, _) = await HandleAsync(Errors.NoPrimary(isTransient: true), accept: "image/png");
        Assert.Equal((true, 503, "5"), (handled, response.StatusCode, response.Headers.RetryAfter.ToString()));
    }

    [Theory]
    [InlineData(0, "urn:x:", "RetryAfter is 00:00:00; it must be 00:00:01 to 01:00:00")]
    [InlineData(3601, "urn:x:", "RetryAfter is 01:00:01; it must be 00:00:01 to 01:00:00")]
    [InlineData(5, " ", "TypePrefix is empty")]
    public void AddHaProblemDetails_OptionOutOfBounds_NamesSettingValueAndBound(int seconds, string prefix, string message)
    {
        using var provider = new ServiceCollection().AddHaProblemDetails(o => (o.RetryAfter, o.TypePrefix) = (TimeSpan.FromSeconds(seconds), prefix)).BuildServiceProvider();
        var e = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<HaConnect.AspNetCore.HaProblemDetailsOptions>>().Value);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    private async Task<(bool Handled, HttpResponse Response, JsonElement Body)> HandleAsync(Exception exception, string environment = "Production", string? accept = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IHostEnvironment>(new Hosted(environment));
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>)).AddSingleton<ILogger<HaExceptionHandler>>(new FakeLogger<HaExceptionHandler>(_log));
        services.AddHaProblemDetails();
        await using var provider = services.BuildServiceProvider();
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = provider };
        context.Request.Headers.Accept = accept;
        context.Response.Body = body;
        var handled = await Assert.Single(provider.GetServices<IExceptionHandler>()).TryHandleAsync(context, exception, TestContext.Current.CancellationToken);
        return (handled, context.Response, body.Length == 0 ? default : JsonDocument.Parse(body.ToArray()).RootElement);
    }

    private sealed class Hosted(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "test";

        public string ContentRootPath { get; set; } = "/";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
