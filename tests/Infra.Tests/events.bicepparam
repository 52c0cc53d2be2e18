using '../../infra/bicep/events.bicep'
param functionAppName = 'func-pipeline-1'
param topicName = 'evgt-pipeline-1'
