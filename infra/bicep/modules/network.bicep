// Private networking: the app reaches out through its subnet, and storage, secrets and models are reached at private addresses only.
param location string
param tags object
param name string
@description('Addresses of the network, at least a /24.')
param addressPrefix string
@description('What gets a private endpoint: a resource, and which of its services.')
param endpoints endpointType[]
@description('The resource ID of a network that may reach the endpoints; empty for none.')
param peerNetworkId string

type endpointType = {
  name: string
  resourceId: string
  group: 'blob' | 'queue' | 'table' | 'vault' | 'account'
}

// The private DNS zone of each kind of service.
var zones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  vault: 'privatelink.vaultcore.azure.net'
  account: 'privatelink.openai.azure.com'
}

resource address 'Microsoft.Network/publicIPAddresses@2025-01-01' = {
  name: 'pip-${name}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

// The app's way to BigQuery and other public addresses, always from the same one.
resource gateway 'Microsoft.Network/natGateways@2025-01-01' = {
  name: 'ng-${name}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIpAddresses: [{ id: address.id }] }
}

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'functions'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          natGateway: { id: gateway.id }
          delegations: [{ name: 'flex-consumption', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'endpoints'
        properties: { addressPrefix: cidrSubnet(addressPrefix, 26, 1) }
      }
    ]
  }

  resource functions 'subnets' existing = { name: 'functions' }
  resource private 'subnets' existing = { name: 'endpoints' }
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for item in items(zones): {
    name: item.value
    location: 'global'
    tags: tags
  }
]

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (item, i) in items(zones): {
    parent: zone[i]
    name: name
    location: 'global'
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

// The half of the peering on this side. Its machines reach the endpoints, and find them by the names that everybody uses.
resource peering 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2025-01-01' = if (!empty(peerNetworkId)) {
  parent: network
  name: 'peer'
  properties: {
    remoteVirtualNetwork: { id: peerNetworkId }
    allowVirtualNetworkAccess: true
    allowForwardedTraffic: true
    allowGatewayTransit: false
    useRemoteGateways: false
  }
}

resource peerLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (item, i) in items(zones): if (!empty(peerNetworkId)) {
    parent: zone[i]
    name: 'peer'
    location: 'global'
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: peerNetworkId }
    }
  }
]

resource endpoint 'Microsoft.Network/privateEndpoints@2025-01-01' = [
  for item in endpoints: {
    name: 'pe-${item.name}'
    location: location
    tags: tags
    properties: {
      subnet: { id: network::private.id }
      privateLinkServiceConnections: [
        { name: item.name, properties: { privateLinkServiceId: item.resourceId, groupIds: [item.group] } }
      ]
    }
  }
]

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-01-01' = [
  for (item, i) in endpoints: {
    parent: endpoint[i]
    name: 'default'
    dependsOn: [zone]
    properties: {
      privateDnsZoneConfigs: [
        {
          name: item.group
          properties: { privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', zones[item.group]) }
        }
      ]
    }
  }
]

output functionsSubnetId string = network::functions.id
output outboundAddress string = address.properties.ipAddress
