using System.Globalization;
using Pipeline.Storage;

namespace Pipeline.Adapters.PostgreSql;

/// <summary>
/// The tables, made step by step: each file of the folder Schema takes them from one version to the next, in one transaction with the note that it did. Tables of a newer program are refused.
/// </summary>
internal static class PostgreSqlSchema
{
    private const string Folder = "Pipeline.Adapters.PostgreSql.Schema.";
    private const string HasVersions = "SELECT to_regclass('schema_versions') IS NOT NULL";
    private const string HasSchema = "SELECT to_regnamespace(@name) IS NOT NULL";
    private const string CreateVersions = "CREATE TABLE schema_versions (version integer NOT NULL PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())";
    private const string NewestVersion = "SELECT COALESCE(MAX(version), 0) FROM schema_versions";
    private const string AddVersion = "INSERT INTO schema_versions (version) VALUES (@version)";

    // The names of the files, in order: the place in the list, from 1, is the version.
    private static readonly string[] Steps = ["tables", "search", "lease", "days"];

    /// <summary>The version of the tables that this program knows.</summary>
    public static int Version => Steps.Length;

    /// <summary>Brings the tables to <see cref="Version"/>.</summary>
    /// <exception cref="WarehouseException">They are of a newer program, or the user may not make them.</exception>
    public static Task CompleteAsync(PostgreSqlDatabase database, CancellationToken cancellationToken) => CompleteAsync(database, Version, cancellationToken);

    /// <summary>Brings the tables to a version.</summary>
    internal static async Task CompleteAsync(PostgreSqlDatabase database, int version, CancellationToken cancellationToken)
    {
        int made = await database.ReadNowAsync(VersionAsync, cancellationToken);
        Require(database, made);
        if (made >= version)
        {
            return;
        }

        await database.WriteAloneAsync(
            async session =>
            {
                if (!await session.OneAsync<bool>(HasSchema, SqlValue.Text("name", database.Schema)))
                {
                    await session.RunAsync($"CREATE SCHEMA {database.Schema}");
                }

                // Another process may have been first.
                int now = await VersionAsync(session);
                Require(database, now);
                if (now == 0)
                {
                    await session.RunAsync(CreateVersions);
                }

                for (int step = now; step < version; step++)
                {
                    await session.RunAsync(Statements(Steps[step]));
                    await session.RunAsync(AddVersion, SqlValue.Whole("version", step + 1));
                }

                return version;
            },
            cancellationToken);
    }

    private static async Task<int> VersionAsync(PostgreSqlSession session) => await session.OneAsync<bool>(HasVersions) ? await session.OneAsync<int>(NewestVersion) : 0;

    private static void Require(PostgreSqlDatabase database, int made)
    {
        if (made > Version)
        {
            throw new WarehouseException(string.Create(
                CultureInfo.InvariantCulture,
                $"The tables in {database.Where} have schema version {made}, this program knows versions up to {Version}. Use the newer program that made them, or name another schema with PostgreSql:Schema."));
        }
    }

    private static string Statements(string name)
    {
        using Stream stream = typeof(PostgreSqlSchema).Assembly.GetManifestResourceStream($"{Folder}{name}.sql")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
