using Google;

namespace Pipeline.Adapters.BigQuery;

/// <summary>
/// What the warehouse needs of BigQuery, call by call: one request each, none of them repeated here. A request that is refused is a <see cref="GoogleApiException"/>
/// with the service's status and reason; what goes wrong on the way is what the client throws. Jobs are started under ids that the caller chooses, so that a
/// request whose answer was lost can be sent again: the service answers 409, and the job is looked up under its id.
/// </summary>
public interface IBigQuery : IDisposable
{
    /// <summary>Starts a query, or several statements as one script.</summary>
    Task<JobStatus> StartAsync(QueryJob job, CancellationToken cancellationToken);

    /// <summary>Starts loading lines of JSON into a table that is there, beside the rows that it has.</summary>
    Task<JobStatus> StartAsync(LoadJob job, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken);

    /// <summary>How a job stands. One that does not exist is refused with 404.</summary>
    Task<JobStatus> FindJobAsync(string id, CancellationToken cancellationToken);

    /// <summary>Asks that a job end. It may have ended before.</summary>
    Task CancelJobAsync(string id, CancellationToken cancellationToken);

    /// <summary>A page of what a query that has ended well gives: of a script, of its last SELECT.</summary>
    /// <param name="id">The job.</param>
    /// <param name="pageToken">The page; null for the first.</param>
    /// <param name="rows">How many rows at most.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    Task<ResultPage> ReadPageAsync(string id, string? pageToken, int rows, CancellationToken cancellationToken);

    /// <summary>A table of the dataset as it is. One that does not exist is refused with 404.</summary>
    Task<TableState> FindTableAsync(string name, CancellationToken cancellationToken);

    /// <summary>Makes a table that deletes itself. One that is there already is refused with 409.</summary>
    Task CreateTableAsync(StagingTable table, CancellationToken cancellationToken);

    /// <summary>Deletes a table.</summary>
    Task DeleteTableAsync(string name, CancellationToken cancellationToken);

    /// <summary>Makes the dataset. One that is there already is refused with 409.</summary>
    Task CreateDatasetAsync(IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken);
}

/// <summary>A query or a script of GoogleSQL. Tables without a dataset are those of the warehouse's.</summary>
/// <param name="Id">Its id: letters, digits, dashes and underscores, never used before.</param>
/// <param name="Sql">The statements.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="MaximumBytesBilled">The most bytes that may be billed: what would read more is refused.</param>
/// <param name="Labels">Labels of the job, by which the bill can be taken apart.</param>
public sealed record QueryJob(string Id, string Sql, IReadOnlyList<QueryParameter> Parameters, long MaximumBytesBilled, IReadOnlyDictionary<string, string> Labels);

/// <summary>Rows on their way into a table.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="Table">The table.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Labels">Labels of the job.</param>
public sealed record LoadJob(string Id, string Table, IReadOnlyList<StagedColumn> Columns, IReadOnlyDictionary<string, string> Labels);

/// <summary>How a job stands.</summary>
/// <param name="IsDone">It has ended, well or badly.</param>
/// <param name="Error">Why it ended badly; null otherwise.</param>
/// <param name="BytesBilled">What a query that has ended was billed for.</param>
public sealed record JobStatus(bool IsDone, JobError? Error, long BytesBilled);

/// <summary>Why a job ended badly.</summary>
/// <param name="Reason">The service's word for it, such as <c>invalidQuery</c>.</param>
/// <param name="Message">What it says.</param>
public sealed record JobError(string Reason, string Message);

/// <summary>Rows of a result.</summary>
/// <param name="Columns">The names of the columns.</param>
/// <param name="Rows">The cells of each row: null, a text as BigQuery's interface writes the value, or an array of such texts. Times are microseconds since 1970.</param>
/// <param name="NextPage">The token of the next page; null on the last.</param>
public sealed record ResultPage(IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Rows, string? NextPage);

/// <summary>A table as it is.</summary>
/// <param name="Columns">Its columns; the types are those of BigQuery's schemas, such as INTEGER.</param>
/// <param name="Rows">How many rows it has.</param>
public sealed record TableState(IReadOnlyList<StagedColumn> Columns, long Rows);

/// <summary>A table that rows are loaded into, to be merged from there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="ExpiresAt">When it deletes itself.</param>
/// <param name="Labels">Its labels.</param>
public sealed record StagingTable(string Name, IReadOnlyList<StagedColumn> Columns, DateTimeOffset ExpiresAt, IReadOnlyDictionary<string, string> Labels);
