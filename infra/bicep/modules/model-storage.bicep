// The model versions. They are never changed after they are published; whatever is deleted or overwritten by mistake can be brought back.
param location string
param tags object
param name string
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS', 'Standard_RAGRS', 'Standard_RAGZRS'])
param sku string
@minValue(1)
@maxValue(365)
param softDeleteDays int
@description('Days after which imported files, which hold personal data as they came, are deleted.')
@minValue(1)
@maxValue(3650)
param importedFileDays int
@description('Days for which nothing of the audit can be changed or deleted by anybody.')
@minValue(1)
@maxValue(36500)
param auditDays int
param privateNetworking bool
param workspaceId string
param principalId string
@description('The key to encrypt with in place of Microsoft\'s, and who the account is towards its vault; null for Microsoft\'s.')
param customerKey { identityId: string, keyName: string, vaultUri: string }?
@description('A person, group or pipeline that may read and mend models; empty for nobody.')
param operatorPrincipalId string
param topicName string

// The pipeline writes models to the first; `validate` and the readiness check write, read and delete one object in the second;
// Event Grid leaves in the third the events that it could not deliver. Files wait in the fourth until they are imported, and end in one of the others.
var containers = ['hdbscan-models', 'validation', 'dead-letters', 'incoming', 'accepted', 'failed']
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var queueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  identity: customerKey == null ? null : { type: 'UserAssigned', userAssignedIdentities: { '${customerKey!.identityId}': {} } }
  properties: {
    encryption: customerKey == null
      ? null
      : {
          keySource: 'Microsoft.Keyvault'
          keyvaultproperties: { keyvaulturi: customerKey!.vaultUri, keyname: customerKey!.keyName }
          identity: { userAssignedIdentity: customerKey!.identityId }
          services: { blob: { enabled: true, keyType: 'Account' }, file: { enabled: true, keyType: 'Account' } }
        }
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateNetworking ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: privateNetworking ? 'Deny' : 'Allow'
      bypass: 'AzureServices'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: true
    deleteRetentionPolicy: { enabled: true, days: softDeleteDays }
    containerDeleteRetentionPolicy: { enabled: true, days: softDeleteDays }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [
  for item in containers: {
    parent: blobs
    name: item
  }
]

// Each version of a line is kept as it was written, whoever deletes or overwrites it. The policy can be taken off until it is locked (docs/audit.md).
resource audit 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: 'audit'
  properties: {
    immutableStorageWithVersioning: { enabled: true }
  }

  resource policy 'immutabilityPolicies' = {
    name: 'default'
    properties: {
      immutabilityPeriodSinceCreationInDays: auditDays
      allowProtectedAppendWrites: false
    }
  }
}

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: account
  name: 'default'
  dependsOn: [blobs]
  properties: {
    policy: {
      rules: [
        {
          name: 'models-to-cool'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['hdbscan-models/']
            }
            // No model is deleted: an old version is what a roll-back needs.
            actions: {
              baseBlob: { tierToCool: { daysAfterModificationGreaterThan: 90 } }
              version: { tierToCool: { daysAfterCreationGreaterThan: 90 } }
            }
          }
        }
        {
          // Each check leaves a version of what it wrote and deleted.
          name: 'validation-to-nothing'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['validation/']
            }
            actions: {
              baseBlob: { delete: { daysAfterModificationGreaterThan: 1 } }
              version: { delete: { daysAfterCreationGreaterThan: 1 } }
            }
          }
        }
        {
          name: 'imported-files-to-nothing'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['accepted/', 'failed/']
            }
            actions: {
              baseBlob: { delete: { daysAfterModificationGreaterThan: importedFileDays } }
              version: { delete: { daysAfterCreationGreaterThan: importedFileDays } }
            }
          }
        }
        {
          // What was merged is there twice: the lines as they came go when the policy lets them.
          name: 'merged-audit-lines-to-nothing'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['audit/']
            }
            actions: {
              version: { delete: { daysAfterCreationGreaterThan: auditDays + 1 } }
            }
          }
        }
        {
          name: 'dead-letters-to-nothing'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['dead-letters/']
            }
            actions: {
              baseBlob: { delete: { daysAfterModificationGreaterThan: 90 } }
              version: { delete: { daysAfterCreationGreaterThan: 90 } }
            }
          }
        }
      ]
    }
  }
}

resource blobRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, principalId, blobDataContributor)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

// The blob trigger hands its events on through a queue of this account.
resource queueRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, principalId, queueDataContributor)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueDataContributor)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource operatorRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  name: guid(account.id, operatorPrincipalId, blobDataContributor)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    principalId: operatorPrincipalId
  }
}

// events.bicep subscribes the app to this topic once its code is there to answer.
resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: topicName
  location: location
  tags: tags
  // Who the topic is when it writes dead letters: the account takes no keys.
  identity: { type: 'SystemAssigned' }
  properties: {
    source: account.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

resource deadLetterRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(container[2].id, topic.id, blobDataContributor)
  scope: container[2]
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    principalId: topic.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

resource topicDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: topic
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'DeliveryFailures', enabled: true }]
  }
}

resource blobDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: blobs
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

output id string = account.id
output name string = account.name
output blobServiceUri string = account.properties.primaryEndpoints.blob
output queueServiceUri string = account.properties.primaryEndpoints.queue
output topicName string = topic.name
