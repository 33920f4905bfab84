using System.Security.Cryptography;
using System.Text;

namespace HaConnect.AspNetCore.Page.Web;

/// <summary>The page: one document with its style and script in it, the same for everybody, and the policy that allows these two and nothing else.</summary>
internal sealed class PageContent
{
    private static readonly string[] s_scripts = ["words.js", "picture.js", "charts.js", "actions.js", "page.js"];

    private PageContent(string html, string policy) => (Html, Policy) = (Encoding.UTF8.GetBytes(html), policy);

    internal static PageContent Shared { get; } = Load();

    internal byte[] Html { get; }

    /// <summary>The Content-Security-Policy: style and script by their hashes, connections to the own origin, and nothing from anywhere else.</summary>
    internal string Policy { get; }

    private static PageContent Load()
    {
        var style = Read("page.css");
        var script = $"'use strict';\n(() => {{\n{string.Concat(s_scripts.Select(Read))}}})();\n";
        var html = Read("page.html").Replace("/*style*/", style, StringComparison.Ordinal).Replace("/*script*/", script, StringComparison.Ordinal);
        var policy = $"default-src 'none'; style-src '{Hash(style)}'; script-src '{Hash(script)}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
        return new PageContent(html, policy);
    }

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Read(string name)
    {
        using var stream = typeof(PageContent).Assembly.GetManifestResourceStream($"HaConnect.AspNetCore.Page.{name}")
            ?? throw new InvalidOperationException($"The resource {name} is missing in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n"); // a browser hashes what it has parsed, with these
    }
}
