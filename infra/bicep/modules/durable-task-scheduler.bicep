// The Durable Task Scheduler, for orchestrations beyond what Azure Storage carries: see docs/deploy.md.
param location string
param tags object
param name string
param taskHubName string
@allowed(['Consumption', 'Dedicated'])
param sku string
@description('Days after its end from which an orchestration is purged: 30 at most in the Consumption SKU.')
@minValue(1)
@maxValue(90)
param retentionDays int
@description('Addresses that may connect, as CIDR ranges. An empty list admits nobody.')
param ipAllowlist string[]
param clientId string
param principalId string

var durableTaskDataContributor = '0ad04412-c4d5-4796-b79c-f76d14c8d402'

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    ipAllowlist: ipAllowlist
    sku: sku == 'Dedicated' ? { name: 'Dedicated', capacity: 1 } : { name: 'Consumption' }
  }

  resource hub 'taskHubs' = {
    name: taskHubName
    properties: {}
  }

  resource retention 'retentionPolicies' = {
    name: 'default'
    properties: {
      retentionPolicies: [{ retentionPeriodInDays: retentionDays }]
    }
  }
}

resource worker 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(scheduler.id, principalId, durableTaskDataContributor)
  scope: scheduler
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', durableTaskDataContributor)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

@description('An address and the name of an identity; there is no key in it.')
output connection string = 'Endpoint=${scheduler.properties.endpoint};Authentication=ManagedIdentity;ClientID=${clientId}'
