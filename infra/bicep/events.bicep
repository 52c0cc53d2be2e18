// The second step of a deployment, once the app's code is there: new models call the function ModelPublished, and files that are dropped call FileDropped.
// The key of the webhook is made by the running app. It is read here, goes straight into the subscriptions, and stands in no file, parameter or output.
param functionAppName string
param topicName string

var containers = '/blobServices/default/containers/'
var subscriptions = [
  // The manifest is written last and makes a version exist.
  { name: 'model-published', endpoint: 'Host.Functions.ModelPublished', begins: '${containers}hdbscan-models/blobs/', ends: '/manifest.json' }
  { name: 'file-dropped', endpoint: 'Host.Functions.FileDropped', begins: '${containers}incoming/blobs/', ends: '' }
]

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource subscription 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = [
  for item in subscriptions: {
    parent: topic
    name: item.name
    properties: {
      eventDeliverySchema: 'EventGridSchema'
      destination: {
        endpointType: 'WebHook'
        properties: {
          endpointUrl: 'https://${app.properties.defaultHostName}/runtime/webhooks/blobs?functionName=${item.endpoint}&code=${listKeys('${app.id}/host/default', app.apiVersion).systemKeys.blobs_extension}'
          maxEventsPerBatch: 1
        }
      }
      filter: {
        includedEventTypes: ['Microsoft.Storage.BlobCreated']
        subjectBeginsWith: item.begins
        subjectEndsWith: item.ends
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
]

output subscriptionNames array = [for (item, i) in subscriptions: subscription[i].name]
