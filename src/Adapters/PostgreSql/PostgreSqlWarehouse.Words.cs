using System.Globalization;
using Pipeline.Search;

namespace Pipeline.Adapters.PostgreSql;

/// <content>The words of the search index, kept with the preprocessed incidents.</content>
public sealed partial class PostgreSqlWarehouse
{
    // What is longer is no word, and an index takes 2,700 bytes at most.
    private const int LongestWord = 200;

    private const int PageOfSummaries = 2_000;

    /// <inheritdoc/>
    public Task<long> RebuildAsync(CancellationToken cancellationToken = default) => _database.WriteAsync(RebuildSearchAsync, cancellationToken);

    private static async Task<long> RebuildSearchAsync(PostgreSqlSession session)
    {
        await session.RunAsync(PostgreSqlSearchSql.Clear);
        long count = 0;
        string after = "";
        while (await session.ListAsync(PostgreSqlSearchSql.ReadSummaries, reader => (Number: reader.GetString(0), Summary: reader.GetString(1)), SqlValue.Text("after", after), SqlValue.Whole("limit", PageOfSummaries)) is { Count: > 0 } page)
        {
            await AddWordsAsync(session, page);
            count += page.Count;
            after = page[^1].Number;
        }

        return count;
    }

    private static async Task AddWordsAsync(PostgreSqlSession session, IReadOnlyCollection<(string Number, string Summary)> incidents)
    {
        if (incidents.Count == 0)
        {
            return;
        }

        IReadOnlyList<(string Word, int Count)>[] words = [.. incidents.Select(i => SearchWords.Counted(i.Summary).Where(w => w.Word.Length <= LongestWord).ToArray())];
        await session.RunAsync(
            PostgreSqlSearchSql.Add,
            SqlValue.Texts("number", incidents.Select(i => i.Number)),
            SqlValue.Texts("words", words.Select(w => string.Join(' ', w.Select(word => word.Word)))),
            SqlValue.Texts("counts", words.Select(w => string.Join(' ', w.Select(word => Math.Min(word.Count, short.MaxValue).ToString(CultureInfo.InvariantCulture))))),
            SqlValue.Wholes("length", words.Select(w => (long?)w.Sum(word => word.Count))));
    }

    private static Task ForgetWordsAsync(PostgreSqlSession session, IReadOnlyCollection<string> numbers) =>
        numbers.Count == 0 ? Task.CompletedTask : session.RunAsync(PostgreSqlSearchSql.Forget, SqlValue.Texts("numbers", numbers));
}
