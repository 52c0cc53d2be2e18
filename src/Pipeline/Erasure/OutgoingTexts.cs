using System.Security.Cryptography;
using System.Text;
using Pipeline.Storage;

namespace Pipeline.Erasure;

/// <summary>
/// The hashes of the texts of incidents that a retention takes out, kept in the object store from before they go until the models have forgotten them: what tells the texts is gone by then.
/// No text and no number is in them.
/// </summary>
internal sealed class OutgoingTexts(IObjectStore objects)
{
    private const string Folder = "retention/";
    private const char EndOfLine = '\n';

    /// <summary>Keeps hashes. Keeping them again changes nothing.</summary>
    public async Task KeepAsync(IEnumerable<string> hashes, CancellationToken cancellationToken)
    {
        byte[] content = Encoding.ASCII.GetBytes(string.Join(EndOfLine, hashes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)));
        if (content.Length > 0)
        {
            string name = $"{Folder}{Convert.ToHexStringLower(SHA256.HashData(content))[..32]}.txt";
            await objects.WriteAsync(name, async (target, stopping) => await target.WriteAsync(content, stopping), cancellationToken: cancellationToken);
        }
    }

    /// <summary>All that is kept, and the objects in which it is.</summary>
    public async Task<(HashSet<string> Hashes, IReadOnlyList<string> Names)> ReadAsync(CancellationToken cancellationToken)
    {
        HashSet<string> hashes = new(StringComparer.Ordinal);
        List<string> names = [];
        await foreach (StoredObject item in objects.ListAsync(Folder, cancellationToken))
        {
            names.Add(item.Name);
        }

        foreach (string name in names)
        {
            await using Stream? stream = await objects.OpenReadAsync(name, cancellationToken);
            using StreamReader reader = new(stream ?? Stream.Null, Encoding.ASCII);
            hashes.UnionWith((await reader.ReadToEndAsync(cancellationToken)).Split(EndOfLine, StringSplitOptions.RemoveEmptyEntries));
        }

        return (hashes, names);
    }

    /// <summary>Lets go of what was kept.</summary>
    public async Task DropAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        foreach (string name in names)
        {
            await objects.DeleteAsync(name, cancellationToken);
        }
    }
}
