// What `azd` uses. The values come from the azd environment: `azd env set NAME VALUE`.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param operatorPrincipalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param bigQuery = {
  projectId: readEnvironmentVariable('BIGQUERY_PROJECT_ID')
  dataset: readEnvironmentVariable('BIGQUERY_DATASET', 'pipeline')
  location: readEnvironmentVariable('BIGQUERY_LOCATION', 'EU')
  federationAudience: readEnvironmentVariable('BIGQUERY_FEDERATION_AUDIENCE', '')
  federationResource: readEnvironmentVariable('BIGQUERY_FEDERATION_RESOURCE', '')
}
param alertEmails = split(readEnvironmentVariable('ALERT_EMAIL', ''), ',')
param alertWebhook = readEnvironmentVariable('ALERT_WEBHOOK', '')
param readyKey = readEnvironmentVariable('READY_KEY', '')
param monthlyBudget = int(readEnvironmentVariable('MONTHLY_BUDGET', '0'))
param privateNetworking = bool(readEnvironmentVariable('PRIVATE_NETWORKING', 'false'))
param peerNetworkId = readEnvironmentVariable('PEER_NETWORK_ID', '')
