// Every branch of the templates at once. It is evaluated, never deployed.
using '../../infra/bicep/main.bicep'

param environmentName = 'everything'
param location = 'westeurope'
param operatorPrincipalId = '11111111-1111-1111-1111-111111111111'
param bigQuery = {
  projectId: 'my-project-1'
  dataset: 'pipeline'
  location: 'EU'
  federationAudience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pipeline/providers/azure'
  federationResource: 'api://22222222-2222-2222-2222-222222222222/pipeline-bigquery'
}
param alwaysReadyInstances = 1
param durableBackend = 'DurableTaskScheduler'
param alertEmails = ['one@example.com', ' two@example.com ', '']
param alertWebhook = 'https://example.com/hook'
param readyKey = 'not-a-key'
param monthlyBudget = 500
param budgetStart = '2026-12-01'
param privateNetworking = true
param peerNetworkId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-company/providers/Microsoft.Network/virtualNetworks/vnet-company'
param customerManagedKey = true
