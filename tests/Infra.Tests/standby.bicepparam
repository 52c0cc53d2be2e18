// A second region, which private networking excludes. It is evaluated, never deployed.
using '../../infra/bicep/main.bicep'

param environmentName = 'standby'
param location = 'westeurope'
param bigQuery = {
  projectId: 'my-project-1'
  dataset: 'pipeline'
  location: 'EU'
  federationAudience: ''
  federationResource: ''
}
param modelStorageSku = 'Standard_RAGZRS'
param standbyLocation = 'northeurope'
param budgetStart = '2026-12-01'
