// Azure OpenAI with one deployment for embeddings and one for naming clusters. There are no keys: callers need a role.
param location string
param tags object
param name string
param embedding modelType
param chat modelType
param privateNetworking bool
param workspaceId string
param principalId string
@description('A person or group that may call the models too; empty for nobody.')
param operatorPrincipalId string

@export()
@description('A model deployment. The capacity is in thousands of tokens a minute; the app needs 8,192.')
type modelType = {
  model: string
  version: string
  @description('Where the tokens are processed: GlobalStandard anywhere, DataZoneStandard in the data zone, Standard in the region.')
  sku: 'GlobalStandard' | 'DataZoneStandard' | 'Standard'
  @minValue(9)
  capacity: int
}

var openAiUser = '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd'

resource account 'Microsoft.CognitiveServices/accounts@2025-09-01' = {
  name: name
  location: location
  tags: tags
  kind: 'OpenAI'
  sku: { name: 'S0' }
  properties: {
    customSubDomainName: name
    disableLocalAuth: true
    publicNetworkAccess: privateNetworking ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: privateNetworking ? 'Deny' : 'Allow' }
  }
}

// Another version of an embedding model gives other vectors, so it never changes by itself: see docs/operations.md.
resource embeddingDeployment 'Microsoft.CognitiveServices/accounts/deployments@2025-09-01' = {
  parent: account
  name: embedding.model
  sku: { name: embedding.sku, capacity: embedding.capacity }
  properties: {
    model: { format: 'OpenAI', name: embedding.model, version: embedding.version }
    versionUpgradeOption: 'NoAutoUpgrade'
  }
}

// One account takes one change at a time.
resource chatDeployment 'Microsoft.CognitiveServices/accounts/deployments@2025-09-01' = {
  parent: account
  name: chat.model
  dependsOn: [embeddingDeployment]
  sku: { name: chat.sku, capacity: chat.capacity }
  properties: {
    model: { format: 'OpenAI', name: chat.model, version: chat.version }
    versionUpgradeOption: 'OnceCurrentVersionExpired'
  }
}

resource user 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, principalId, openAiUser)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', openAiUser)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource operator 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  name: guid(account.id, operatorPrincipalId, openAiUser)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', openAiUser)
    principalId: operatorPrincipalId
  }
}

// RequestResponse holds sizes, times and status codes, not texts.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: account
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'Audit', enabled: true }
      { category: 'RequestResponse', enabled: true }
    ]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = account.id
output endpoint string = account.properties.endpoint
output embeddingDeployment string = embeddingDeployment.name
output chatDeployment string = chatDeployment.name
