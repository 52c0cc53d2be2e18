// Small and cheap; alerts are made but silent.
using 'main.bicep'

param environmentName = 'dev'
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param bigQuery = {
  projectId: readEnvironmentVariable('BIGQUERY_PROJECT_ID')
  dataset: 'pipeline_dev'
  location: readEnvironmentVariable('BIGQUERY_LOCATION', 'EU')
  federationAudience: readEnvironmentVariable('BIGQUERY_FEDERATION_AUDIENCE', '')
  federationResource: readEnvironmentVariable('BIGQUERY_FEDERATION_RESOURCE', '')
}
param maximumInstanceCount = 10
param embedding = { model: 'text-embedding-3-small', version: '1', sku: 'GlobalStandard', capacity: 30 }
param chat = { model: 'gpt-5-mini', version: '2025-08-07', sku: 'GlobalStandard', capacity: 10 }
param softDeleteDays = 7
param operatorPrincipalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param alertEmails = split(readEnvironmentVariable('ALERT_EMAIL', ''), ',')
param alertsEnabled = false
