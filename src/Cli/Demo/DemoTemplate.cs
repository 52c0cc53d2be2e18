using System.Text;

namespace Pipeline.Cli.Demo;

/// <summary>Writes a text from a template: <c>[a|b|c]</c> becomes one of its wordings, <c>{slot}</c> what <see cref="DemoSlots"/> has for it. Wordings do not nest.</summary>
internal static class DemoTemplate
{
    /// <summary>Writes one text. O(template length).</summary>
    public static string Write(string template, DemoSlots slots, Random random)
    {
        var text = new StringBuilder(template.Length);
        Append(text, template, slots, random);
        text.Replace("  ", " ");
        return text.ToString().Trim();
    }

    private static void Append(StringBuilder text, ReadOnlySpan<char> template, DemoSlots slots, Random random)
    {
        while (template.IndexOfAny('[', '{') is var start and >= 0)
        {
            text.Append(template[..start]);
            int end = template.IndexOf(template[start] == '[' ? ']' : '}');
            ReadOnlySpan<char> inner = template[(start + 1)..end];
            if (template[start] == '[')
            {
                Append(text, Choose(inner, random), slots, random);
            }
            else
            {
                text.Append(slots.Fill(inner));
            }

            template = template[(end + 1)..];
        }

        text.Append(template);
    }

    private static ReadOnlySpan<char> Choose(ReadOnlySpan<char> wordings, Random random)
    {
        int chosen = random.Next(wordings.Count('|') + 1);
        foreach (Range range in wordings.Split('|'))
        {
            if (chosen-- == 0)
            {
                return wordings[range];
            }
        }

        return wordings;
    }
}
