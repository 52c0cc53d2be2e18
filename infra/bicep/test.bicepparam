// Like prod in kind, smaller in size, with alerts.
using 'main.bicep'

param environmentName = 'test'
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param bigQuery = {
  projectId: readEnvironmentVariable('BIGQUERY_PROJECT_ID')
  dataset: 'pipeline_test'
  location: readEnvironmentVariable('BIGQUERY_LOCATION', 'EU')
  federationAudience: readEnvironmentVariable('BIGQUERY_FEDERATION_AUDIENCE', '')
  federationResource: readEnvironmentVariable('BIGQUERY_FEDERATION_RESOURCE', '')
}
param instanceMemoryMB = 4096
param maximumInstanceCount = 10
param embedding = { model: 'text-embedding-3-small', version: '1', sku: 'DataZoneStandard', capacity: 120 }
param chat = { model: 'gpt-5-mini', version: '2025-08-07', sku: 'DataZoneStandard', capacity: 30 }
param operatorPrincipalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param alertEmails = split(readEnvironmentVariable('ALERT_EMAIL', ''), ',')
param alertWebhook = readEnvironmentVariable('ALERT_WEBHOOK', '')
param privateNetworking = bool(readEnvironmentVariable('PRIVATE_NETWORKING', 'false'))
param peerNetworkId = readEnvironmentVariable('PEER_NETWORK_ID', '')
