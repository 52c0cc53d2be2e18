using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Pipeline.Intake;

namespace Pipeline.Triggers;

/// <summary>Takes in files that are put into the object store.</summary>
public sealed class DropFunctions(ReceiveFile receive)
{
    /// <summary>Starts the import of a file that appears under <c>incoming/</c>, or of one that was sent and whose import was not started since the process ended.</summary>
    [Function("FileDropped")]
    public async Task OnDroppedAsync(
        [BlobTrigger("incoming/{name}", Source = BlobTriggerSource.EventGrid, Connection = "ModelStorage")] Stream content,
        string name,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        if (await receive.NoticeAsync(IncomingFiles.Folder + name, cancellationToken) is { } ingestion)
        {
            await IngestOrchestration.StartAsync(client, ingestion, cancellationToken);
        }
    }
}
