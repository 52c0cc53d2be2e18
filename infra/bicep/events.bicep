// The second step of a deployment, once the app's code is there: new models call the function ModelPublished.
// The key of the webhook is made by the running app. It is read here, goes straight into the subscription, and stands in no file, parameter or output.
param functionAppName string
param topicName string

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource modelPublished 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'model-published'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    destination: {
      endpointType: 'WebHook'
      properties: {
        endpointUrl: 'https://${app.properties.defaultHostName}/runtime/webhooks/blobs?functionName=Host.Functions.ModelPublished&code=${listKeys('${app.id}/host/default', app.apiVersion).systemKeys.blobs_extension}'
        maxEventsPerBatch: 1
      }
    }
    filter: {
      includedEventTypes: ['Microsoft.Storage.BlobCreated']
      // The manifest is written last and makes a version exist.
      subjectBeginsWith: '/blobServices/default/containers/hdbscan-models/blobs/'
      subjectEndsWith: '/manifest.json'
    }
    retryPolicy: {
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 1440
    }
    // What was not delivered within a day is kept as a blob beside the models, written with the identity of the topic.
    deadLetterWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: {
          resourceId: topic.properties.source
          blobContainerName: 'dead-letters'
        }
      }
    }
  }
}

output subscriptionName string = modelPublished.name
