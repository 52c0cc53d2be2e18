// A key of the customer's own for a storage account: the account encrypts with it in place of Microsoft's. It is rotated by the vault, and the account takes the newest version by itself.
param location string
param tags object
param vaultName string
param keyName string
param identityName string

var cryptoServiceEncryptionUser = 'e147488a-f6f5-4113-8e2d-b22465e65bf6'

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource key 'Microsoft.KeyVault/vaults/keys@2025-05-01' = {
  parent: vault
  name: keyName
  tags: tags
  properties: {
    kty: 'RSA'
    keySize: 3072
    keyOps: ['wrapKey', 'unwrapKey']
    rotationPolicy: {
      attributes: { expiryTime: 'P2Y' }
      lifetimeActions: [{ trigger: { timeAfterCreate: 'P80D' }, action: { type: 'rotate' } }]
    }
  }
}

// Who the account is towards the vault, and nobody else.
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: identityName
  location: location
  tags: tags
}

resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(key.id, identity.id, cryptoServiceEncryptionUser)
  scope: key
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', cryptoServiceEncryptionUser)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

output customerKey { identityId: string, keyName: string, vaultUri: string } = {
  identityId: identity.id
  keyName: key.name
  vaultUri: vault.properties.vaultUri
}
