using System.Text.RegularExpressions;

namespace Pipeline.Infra.Tests.Secrets;

/// <summary>Finds secrets in a text: keys by the forms that their vendors give them, private keys, connection strings and addresses with credentials, and what is assigned to a name of a secret and looks random.</summary>
internal static partial class SecretScan
{
    // English words have 2 to 3 bits a character; random letters and digits of this length have over 3.5.
    private const double Random = 3.5;

    private static readonly (string Name, Regex Pattern)[] Forms =
    [
        ("private key", PrivateKey()),
        ("key of AWS", AwsKey()),
        ("account key of Azure", AzureKey()),
        ("shared access signature of Azure", AzureSignature()),
        ("client secret of Entra ID", EntraSecret()),
        ("key of Google", GoogleKey()),
        ("token of GitHub", GitHubToken()),
        ("token of GitLab", GitLabToken()),
        ("token of Slack", SlackToken()),
        ("webhook of Slack", SlackWebhook()),
        ("key of OpenAI", OpenAIKey()),
        ("key of Stripe", StripeKey()),
        ("key of SendGrid", SendGridKey()),
        ("token of npm", NpmToken()),
        ("key of NuGet", NuGetKey()),
        ("JSON web token", WebToken()),
        ("password in an address", AddressWithPassword()),
        ("password in a connection string", ConnectionPassword()),
    ];

    /// <summary>What is found, by the name of its form, with the line that it is on.</summary>
    public static IEnumerable<(string Form, int Line, string Value)> Find(string text)
    {
        foreach ((string name, Regex pattern) in Forms)
        {
            foreach (Match match in pattern.Matches(text))
            {
                yield return (name, LineOf(text, match.Index), match.Value);
            }
        }

        foreach (Match match in Assignment().Matches(text))
        {
            string value = match.Groups["value"].Value;
            if (Entropy(value) >= Random && value.Any(char.IsAsciiDigit) && value.Any(char.IsAsciiLetter))
            {
                yield return ("assignment that looks random", LineOf(text, match.Index), value);
            }
        }
    }

    private static int LineOf(string text, int at) => text.AsSpan(0, at).Count('\n') + 1;

    // Shannon's, in bits a character.
    private static double Entropy(string text) => text.GroupBy(c => c).Sum(group => -(double)group.Count() / text.Length * Math.Log2((double)group.Count() / text.Length));

    [GeneratedRegex("-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?-----\\s*[A-Za-z0-9+/=\\s]{40,}", RegexOptions.NonBacktracking)]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", RegexOptions.NonBacktracking)]
    private static partial Regex AwsKey();

    [GeneratedRegex("(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,88}={0,2}", RegexOptions.NonBacktracking)]
    private static partial Regex AzureKey();

    [GeneratedRegex("[?&]sig=[A-Za-z0-9%+/]{40,}", RegexOptions.NonBacktracking)]
    private static partial Regex AzureSignature();

    [GeneratedRegex(@"\b[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}\b", RegexOptions.NonBacktracking)]
    private static partial Regex EntraSecret();

    [GeneratedRegex(@"\bAIza[0-9A-Za-z_-]{35}\b", RegexOptions.NonBacktracking)]
    private static partial Regex GoogleKey();

    [GeneratedRegex(@"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b", RegexOptions.NonBacktracking)]
    private static partial Regex GitHubToken();

    [GeneratedRegex(@"\bglpat-[A-Za-z0-9_-]{20,}\b", RegexOptions.NonBacktracking)]
    private static partial Regex GitLabToken();

    [GeneratedRegex(@"\bxox[abeprs]-[A-Za-z0-9-]{10,}\b", RegexOptions.NonBacktracking)]
    private static partial Regex SlackToken();

    [GeneratedRegex(@"hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{16,}", RegexOptions.NonBacktracking)]
    private static partial Regex SlackWebhook();

    [GeneratedRegex(@"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}\b", RegexOptions.NonBacktracking)]
    private static partial Regex OpenAIKey();

    [GeneratedRegex(@"\b[rs]k_live_[A-Za-z0-9]{20,}\b", RegexOptions.NonBacktracking)]
    private static partial Regex StripeKey();

    [GeneratedRegex(@"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{32,}\b", RegexOptions.NonBacktracking)]
    private static partial Regex SendGridKey();

    [GeneratedRegex(@"\bnpm_[A-Za-z0-9]{36}\b", RegexOptions.NonBacktracking)]
    private static partial Regex NpmToken();

    [GeneratedRegex(@"\boy2[a-z0-9]{43}\b", RegexOptions.NonBacktracking)]
    private static partial Regex NuGetKey();

    [GeneratedRegex(@"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}", RegexOptions.NonBacktracking)]
    private static partial Regex WebToken();

    [GeneratedRegex(@"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@""'<>{}$]+:[^\s:/@""'<>{}$]{3,}@[A-Za-z0-9]", RegexOptions.NonBacktracking)]
    private static partial Regex AddressWithPassword();

    [GeneratedRegex(@"(?:Server|Host|Data Source|Endpoint)=[^;\n""]+;[^\n""]{0,200}(?:Password|Pwd)=[^;\s""'<>{}$]{3,}", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex ConnectionPassword();

    [GeneratedRegex(@"(?:secret|passw(?:or)?d|pwd|token|api_?key|access_?key|account_?key|client_?key|credential|connection_?string)[A-Za-z_]{0,20}[""']?\s{0,3}(?:=|:|=>)\s{0,3}[""'](?<value>[A-Za-z0-9+/=_.~-]{20,200})[""']", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Assignment();
}
