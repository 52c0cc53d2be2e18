using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Pipeline.Reporting;

/// <summary>
/// Writes the report as one HTML file that needs nothing else: style, script and data are inside, and its content security policy forbids the browser to load
/// anything or to run any other script. Without a script there is still a summary table.
/// </summary>
public static class HtmlReport
{
    private static readonly string[] Scripts = ["report-parts.js", "report-map.js", "report.js"];
    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>
    /// Writes the report in UTF-8 and leaves the stream open. The data are streamed: memory does not grow with the number of points.
    /// A point takes about 200 bytes of the file.
    /// </summary>
    /// <param name="data">What to show. Any text is safe, whatever it contains; points that are not finite are left out.</param>
    /// <param name="output">A writable stream.</param>
    /// <param name="ct">Stops writing; the file is incomplete then.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public static async Task WriteAsync(ReportData data, Stream output, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(output);
        string style = await ResourceAsync("report.css", ct);
        string script = string.Concat(await Task.WhenAll(Scripts.Select(name => ResourceAsync(name, ct))));
        string[] template = (await ResourceAsync("report.html", ct)).Split(["{{", "}}"], StringSplitOptions.None);
        for (int i = 0; i < template.Length; i++)
        {
            if (i % 2 == 1 && template[i] is "data")
            {
                await ReportJson.WriteAsync(data, output, ct);
                continue;
            }

            string part = i % 2 == 0 ? template[i] : template[i] switch
            {
                "policy" => Policy(script, style),
                "title" => Html.Encode(data.Title),
                "style" => style,
                "script" => script,
                _ => Summary(data),
            };
            await output.WriteAsync(Encoding.UTF8.GetBytes(part), ct);
        }

        await output.FlushAsync(ct);
    }

    /// <summary>Allows this very script and style, and nothing from anywhere.</summary>
    private static string Policy(string script, string style) =>
        $"default-src 'none'; script-src '{Hash(script)}'; style-src '{Hash(style)}'; img-src data:; base-uri 'none'; form-action 'none'";

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    /// <summary>The rows of the table for readers without a script.</summary>
    private static string Summary(ReportData data)
    {
        var rows = new StringBuilder();
        foreach (ReportTechCenter center in data.TechCenters)
        {
            string biggest = center.Problems.Count > 0 ? center.Problems[0].Label : center.Note ?? "";
            rows.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Html.Encode(center.Name)}</th><td>{center.Incidents}</td><td>{center.Problems.Count}</td><td>{center.Unclustered}</td><td>{Html.Encode(biggest)}</td></tr>\n");
        }

        return rows.ToString();
    }

    private static async Task<string> ResourceAsync(string name, CancellationToken ct)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(typeof(HtmlReport), name)!;
        using var reader = new StreamReader(stream);

        // The browser hashes the text with plain line ends, whatever the checkout made of them.
        return (await reader.ReadToEndAsync(ct)).ReplaceLineEndings("\n");
    }
}
