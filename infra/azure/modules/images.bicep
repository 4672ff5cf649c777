// Registry of the three images; the premises pull with a token that can do nothing else.

import { Tags } from '../types.bicep'

@description('Region.')
param location string

@description('Tags of every resource.')
param tags Tags

@description('Name of the registry.')
@minLength(5)
@maxLength(50)
param registryName string

@description('Log Analytics workspace for diagnostics.')
param logsId string

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' = {
  name: registryName
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
    publicNetworkAccess: 'Enabled'
  }
}

resource pullOnly 'Microsoft.ContainerRegistry/registries/scopeMaps@2025-04-01' = {
  parent: registry
  name: 'footfall-pull'
  properties: {
    description: 'read the project\'s images'
    actions: [
      'repositories/footfall-edge/content/read'
      'repositories/footfall-face-api/content/read'
      'repositories/footfall-worker/content/read'
    ]
  }
}

// Its passwords are made with `az acr token credential generate`, so that they never pass through a template.
resource premises 'Microsoft.ContainerRegistry/registries/tokens@2025-04-01' = {
  parent: registry
  name: 'premises'
  properties: {
    scopeMapId: pullOnly.id
    status: 'enabled'
  }
}

#disable-next-line use-recent-api-versions // it stayed a preview; 2016-09-01 is all there is beside it
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: registry
  name: 'logs'
  properties: {
    workspaceId: logsId
    logs: [
      {
        category: 'ContainerRegistryRepositoryEvents'
        enabled: true
      }
      {
        category: 'ContainerRegistryLoginEvents'
        enabled: true
      }
    ]
  }
}

@description('Host name of the registry.')
output loginServer string = registry.properties.loginServer
