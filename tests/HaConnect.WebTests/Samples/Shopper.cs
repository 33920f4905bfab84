using System.Net;
using System.Text.RegularExpressions;

namespace HaConnect.WebTests.Samples;

/// <summary>A customer of the sample WebShop without a browser: it keeps cookies, follows redirects and sends the forms that it is given, each time to the next of some instances.</summary>
internal sealed partial class Shopper(IReadOnlyList<Uri> instances, CancellationToken cancellationToken) : IDisposable
{
    // Cookies do not tell ports apart, so that all instances are one site.
    private readonly HttpClient _client = new(new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(90) };
    private int _requests;

    internal int Requests => _requests;

    /// <summary>Orders some products. Gives the id of the order, or null where there was not enough of one.</summary>
    internal async Task<Guid?> OrderAsync(IEnumerable<int> products, bool sendsTwice)
    {
        foreach (var product in products)
        {
            var catalogue = await GetAsync("/");
            Assert.Contains("Darjeeling", catalogue, StringComparison.Ordinal);
            await PostAsync("/basket?handler=Add", catalogue, ("product", $"{product}"));
        }

        var basket = await GetAsync("/basket");
        var id = OrderId().Match(basket).Groups["value"].Value;
        var answers = await Task.WhenAll(Enumerable.Range(0, sendsTwice ? 2 : 1).Select(_ => PostAsync("/basket?handler=Order", basket, ("id", id))));
        if (answers.Any(a => a.StartsWith("/basket?soldOut=", StringComparison.Ordinal)))
        {
            Assert.Contains("There is not enough", await GetAsync(answers[0]), StringComparison.Ordinal);
            await PostAsync("/basket?handler=Clear", basket);
            return null;
        }

        // At once, at another instance, and at whichever replica it reads.
        Assert.All(answers, a => Assert.Equal($"/orders?placed={id}", a));
        Assert.Contains($"data-order=\"{id}\"", await GetAsync(answers[0]), StringComparison.Ordinal);
        return Guid.Parse(id);
    }

    public void Dispose() => _client.Dispose();

    private Uri To(string path) => new(instances[Interlocked.Increment(ref _requests) % instances.Count], path);

    private async Task<string> GetAsync(string path)
    {
        using var answer = await _client.GetAsync(To(path), cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"GET {path}: {(int)answer.StatusCode} {text}");
        return text;
    }

    /// <summary>Where it is redirected to.</summary>
    private async Task<string> PostAsync(string path, string page, params (string Name, string Value)[] fields)
    {
        var all = fields.Append(("__RequestVerificationToken", Token().Match(page).Groups["value"].Value));
        using var form = new FormUrlEncodedContent(all.Select(f => KeyValuePair.Create(f.Item1, f.Item2)));
        using var answer = await _client.PostAsync(To(path), form, cancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.Found, $"POST {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        return answer.Headers.Location!.ToString();
    }

    [GeneratedRegex("name=\"id\" value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OrderId();

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();
}
