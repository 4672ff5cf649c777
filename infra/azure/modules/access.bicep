// Who may do what: every grant of the installation, in one place.

@description('Event Hubs namespace.')
param namespaceName string

@description('Event hub.')
param hubName string

@description('Whether there is a hub for the live rows that the job writes.')
param withRowsHub bool

@description('Storage account of the results.')
param resultsAccountName string

@description('IoT Hub.')
param deviceHubName string

@description('Device Provisioning Service.')
param provisioningName string

@description('Name of the Stream Analytics job.')
param jobName string

@description('Identity of the Stream Analytics job.')
param jobPrincipalId string

@description('Entra group of the operators.')
param operatorGroupId string

// Grants are named after the job, not its identity, so that what-if can see them. A job that was deleted and made again
// has another identity: delete its old grants first (docs/operate.md, job-runtime-errors).

resource namespace 'Microsoft.EventHub/namespaces@2026-01-01' existing = {
  name: namespaceName
}

resource eventHub 'Microsoft.EventHub/namespaces/eventhubs@2026-01-01' existing = {
  parent: namespace
  name: hubName
}

resource rowsHub 'Microsoft.EventHub/namespaces/eventhubs@2026-01-01' existing = if (withRowsHub) {
  parent: namespace
  name: 'rows'
}

resource results 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: resultsAccountName
}

resource deviceHub 'Microsoft.Devices/IotHubs@2023-06-30' existing = {
  name: deviceHubName
}

resource provisioning 'Microsoft.Devices/provisioningServices@2026-08-31' existing = {
  name: provisioningName
}

resource jobReadsEvents 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: eventHub
  name: guid(eventHub.id, jobName, roleDefinitions('Azure Event Hubs Data Receiver').id)
  properties: {
    principalId: jobPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinitions('Azure Event Hubs Data Receiver').id
  }
}

resource jobWritesRows 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (withRowsHub) {
  scope: rowsHub
  name: guid(rowsHub.id, jobName, roleDefinitions('Azure Event Hubs Data Sender').id)
  properties: {
    principalId: jobPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinitions('Azure Event Hubs Data Sender').id
  }
}

resource jobWritesResults 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: results
  name: guid(results.id, jobName, roleDefinitions('Storage Blob Data Contributor').id)
  properties: {
    principalId: jobPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinitions('Storage Blob Data Contributor').id
  }
}

resource operatorsReadResults 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: results
  name: guid(results.id, operatorGroupId, roleDefinitions('Storage Blob Data Reader').id)
  properties: {
    principalId: operatorGroupId
    principalType: 'Group'
    roleDefinitionId: roleDefinitions('Storage Blob Data Reader').id
  }
}

resource operatorsRunDevices 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: deviceHub
  name: guid(deviceHub.id, operatorGroupId, roleDefinitions('IoT Hub Data Contributor').id)
  properties: {
    principalId: operatorGroupId
    principalType: 'Group'
    roleDefinitionId: roleDefinitions('IoT Hub Data Contributor').id
  }
}

resource operatorsEnrolDevices 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: provisioning
  name: guid(provisioning.id, operatorGroupId, roleDefinitions('Device Provisioning Service Data Contributor').id)
  properties: {
    principalId: operatorGroupId
    principalType: 'Group'
    roleDefinitionId: roleDefinitions('Device Provisioning Service Data Contributor').id
  }
}
