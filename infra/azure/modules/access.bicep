// Who may do what: every grant of the installation, in one place.

@description('Event Hubs namespace.')
param namespaceName string

@description('Event hub.')
param hubName string

@description('Storage account of the results.')
param resultsAccountName string

@description('IoT Hub.')
param deviceHubName string

@description('Device Provisioning Service.')
param provisioningName string

@description('Identity of the Stream Analytics job.')
param jobPrincipalId string

@description('Entra group of the operators.')
param operatorGroupId string

// Built-in roles, by the ids that are the same in every tenant.
var roles = {
  eventHubsDataReceiver: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde')
  storageBlobDataContributor: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
  storageBlobDataReader: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1')
  iotHubDataContributor: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4fc6c259-987e-4a07-842e-c321cc9d413f')
  provisioningDataContributor: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'dfce44e4-17b7-4bd1-a6d1-04996ec95633')
}

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' existing = {
  name: namespaceName
}

resource eventHub 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' existing = {
  parent: namespace
  name: hubName
}

resource results 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: resultsAccountName
}

resource deviceHub 'Microsoft.Devices/IotHubs@2023-06-30' existing = {
  name: deviceHubName
}

resource provisioning 'Microsoft.Devices/provisioningServices@2022-12-12' existing = {
  name: provisioningName
}

resource jobReadsEvents 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: eventHub
  name: guid(eventHub.id, jobPrincipalId, roles.eventHubsDataReceiver)
  properties: {
    principalId: jobPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roles.eventHubsDataReceiver
  }
}

resource jobWritesResults 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: results
  name: guid(results.id, jobPrincipalId, roles.storageBlobDataContributor)
  properties: {
    principalId: jobPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roles.storageBlobDataContributor
  }
}

resource operatorsReadResults 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: results
  name: guid(results.id, operatorGroupId, roles.storageBlobDataReader)
  properties: {
    principalId: operatorGroupId
    principalType: 'Group'
    roleDefinitionId: roles.storageBlobDataReader
  }
}

resource operatorsRunDevices 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: deviceHub
  name: guid(deviceHub.id, operatorGroupId, roles.iotHubDataContributor)
  properties: {
    principalId: operatorGroupId
    principalType: 'Group'
    roleDefinitionId: roles.iotHubDataContributor
  }
}

resource operatorsEnrolDevices 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: provisioning
  name: guid(provisioning.id, operatorGroupId, roles.provisioningDataContributor)
  properties: {
    principalId: operatorGroupId
    principalType: 'Group'
    roleDefinitionId: roles.provisioningDataContributor
  }
}
