using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Pipeline.Access;

namespace Pipeline.Triggers;

/// <summary>
/// The files of the desk, as src/Web builds them and this assembly embeds them. Each is sent with an entity tag, so that a browser that has it is sent nothing, and compressed where the browser takes that.
/// The page's policy lets it load and ask nothing but what its own host serves.
/// </summary>
public static class DeskFiles
{
    private const string Prefix = "Pipeline.Web.";
    private const string PageName = "index.html";
    // What the page may ask: its own host, and the authority where people sign in.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'{0}; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly Lazy<FrozenDictionary<string, Asset>> Assets = new(() => Names().ToFrozenDictionary(name => name, name => Asset.Of(Read(name)), StringComparer.Ordinal));

    /// <summary>The page, with its files at an address of their own.</summary>
    /// <param name="request">The request.</param>
    /// <param name="folder">Where the files are served, such as <c>/api/desk</c>.</param>
    /// <param name="access">Where people sign in.</param>
    public static IResult Page(HttpRequest request, string folder, AccessOptions access)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(access);
        string html = Encoding.UTF8.GetString(Read(PageName)).Replace("\"./", $"\"{folder}/", StringComparison.Ordinal);
        return Send(request, PageName, Asset.Of(Encoding.UTF8.GetBytes(html)), access.OffersSignIn ? $" {new Uri(access.Authority!).GetLeftPart(UriPartial.Authority)}" : "");
    }

    /// <summary>A file; not found where there is none of this name.</summary>
    /// <param name="request">The request.</param>
    /// <param name="name">The file's name.</param>
    public static IResult File(HttpRequest request, string name)
    {
        ArgumentNullException.ThrowIfNull(request);
        return !string.Equals(name, PageName, StringComparison.Ordinal) && Assets.Value.TryGetValue(name, out Asset? asset) ? Send(request, name, asset, "") : Results.NotFound();
    }

    private static IResult Send(HttpRequest request, string name, Asset asset, string authority)
    {
        IHeaderDictionary headers = request.HttpContext.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = Policy.Replace("{0}", authority, StringComparison.Ordinal);
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-cache";
        headers.Vary = "Accept-Encoding";
        bool compressed = request.GetTypedHeaders().AcceptEncoding.Any(e => e.Value.Equals("br", StringComparison.OrdinalIgnoreCase) && e.Quality is not 0);
        if (compressed)
        {
            headers.ContentEncoding = "br";
        }

        return Results.Bytes(compressed ? asset.Compressed : asset.Content, Types[Path.GetExtension(name)], entityTag: new EntityTagHeaderValue($"\"{asset.Hash}{(compressed ? "-br" : "")}\""));
    }

    private static IEnumerable<string> Names() => typeof(DeskFiles).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(n => n[Prefix.Length..]);

    private static byte[] Read(string name)
    {
        using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name)
            ?? throw new InvalidOperationException($"The resource {Prefix}{name} is missing: build src/Web, whose files are committed.");
        using MemoryStream bytes = new();
        resource.CopyTo(bytes);
        return bytes.ToArray();
    }

    private sealed record Asset(byte[] Content, byte[] Compressed, string Hash)
    {
        public static Asset Of(byte[] content)
        {
            using MemoryStream packed = new();
            using (BrotliStream brotli = new(packed, CompressionLevel.Optimal))
            {
                brotli.Write(content);
            }

            return new Asset(content, packed.ToArray(), Convert.ToHexStringLower(SHA256.HashData(content))[..20]);
        }
    }
}
