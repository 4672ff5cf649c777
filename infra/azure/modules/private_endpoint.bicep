// A door of one resource into a virtual network that the premises reach by VPN or ExpressRoute.

import { Tags } from '../types.bicep'

@description('Region of the virtual network.')
param location string

@description('Tags of every resource.')
param tags Tags

@description('Name of the private endpoint.')
@minLength(2)
@maxLength(64)
param endpointName string

@description('Subnet that the door opens into.')
param subnetId string

@description('Resource behind the door.')
param targetId string

@description('Which of its services: namespace, blob.')
@minLength(3)
@maxLength(30)
param service string

@description('Private DNS zone that gets its address; empty where names are looked after elsewhere.')
param zoneId string

resource endpoint 'Microsoft.Network/privateEndpoints@2025-01-01' = {
  name: endpointName
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: service
        properties: {
          privateLinkServiceId: targetId
          groupIds: [
            service
          ]
        }
      }
    ]
  }
}

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-01-01' = if (!empty(zoneId)) {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: service
        properties: {
          privateDnsZoneId: zoneId
        }
      }
    ]
  }
}
