// A warm instance for requests, models in three zones, private addresses, a year of logs.
using 'main.bicep'

param environmentName = 'prod'
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param bigQuery = {
  projectId: readEnvironmentVariable('BIGQUERY_PROJECT_ID')
  dataset: 'pipeline'
  location: readEnvironmentVariable('BIGQUERY_LOCATION', 'EU')
  federationAudience: readEnvironmentVariable('BIGQUERY_FEDERATION_AUDIENCE', '')
  federationResource: readEnvironmentVariable('BIGQUERY_FEDERATION_RESOURCE', '')
}
param instanceMemoryMB = 4096
param maximumInstanceCount = 40
param alwaysReadyInstances = 1
param embedding = { model: 'text-embedding-3-small', version: '1', sku: 'DataZoneStandard', capacity: 350 }
param chat = { model: 'gpt-5-mini', version: '2025-08-07', sku: 'DataZoneStandard', capacity: 50 }
param modelStorageSku = 'Standard_ZRS'
param logRetentionDays = 365
param logDailyCapGb = 5
param alertEmails = split(readEnvironmentVariable('ALERT_EMAIL'), ',')
param alertWebhook = readEnvironmentVariable('ALERT_WEBHOOK', '')
param readyKey = readEnvironmentVariable('READY_KEY', '')
param monthlyBudget = int(readEnvironmentVariable('MONTHLY_BUDGET', '0'))
param privateNetworking = true
param peerNetworkId = readEnvironmentVariable('PEER_NETWORK_ID', '')
