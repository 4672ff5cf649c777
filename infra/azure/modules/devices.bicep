// IoT Hub and the Device Provisioning Service: cameras enrol, get their modules and report how they are.

import { Tags } from '../types.bicep'

@description('Region.')
param location string

@description('Tags of every resource.')
param tags Tags

@description('Name of the IoT Hub.')
@minLength(3)
@maxLength(50)
param hubName string

@description('Name of the Device Provisioning Service.')
@minLength(3)
@maxLength(64)
param provisioningName string

@description('S1 units: 400,000 messages a day, each.')
@minValue(1)
@maxValue(200)
param units int

@description('Log Analytics workspace for diagnostics.')
param logsId string

// The hub's only rule: the provisioning service enrols devices with it; people use their own identity.
// Module SAS stays allowed because IoT Edge modules sign tokens through their workload API.
var provisioningRule = 'provisioning'

resource hub 'Microsoft.Devices/IotHubs@2023-06-30' = {
  name: hubName
  location: location
  tags: tags
  sku: {
    name: 'S1'
    capacity: units
  }
  properties: {
    minTlsVersion: '1.2'
    publicNetworkAccess: 'Enabled'
    disableLocalAuth: false
    disableDeviceSAS: false
    disableModuleSAS: false
    authorizationPolicies: [
      {
        keyName: provisioningRule
        rights: 'RegistryRead, RegistryWrite, ServiceConnect'
      }
    ]
    eventHubEndpoints: {
      events: {
        retentionTimeInDays: 1
        partitionCount: 4
      }
    }
  }
}

resource provisioning 'Microsoft.Devices/provisioningServices@2026-08-31' = {
  name: provisioningName
  location: location
  tags: tags
  sku: {
    name: 'S1'
    capacity: 1
  }
  properties: {
    allocationPolicy: 'Hashed'
    publicNetworkAccess: 'Enabled'
    iotHubs: [
      {
        location: location
        connectionString: 'HostName=${hub.properties.hostName};SharedAccessKeyName=${provisioningRule};SharedAccessKey=${hub.listkeys().value[0].primaryKey}'
      }
    ]
  }
}

#disable-next-line use-recent-api-versions // it stayed a preview; 2016-09-01 is all there is beside it
resource hubDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: hub
  name: 'logs'
  properties: {
    workspaceId: logsId
    logs: [
      {
        category: 'Connections'
        enabled: true
      }
      {
        category: 'Configurations'
        enabled: true
      }
      {
        category: 'DeviceIdentityOperations'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

#disable-next-line use-recent-api-versions // it stayed a preview; 2016-09-01 is all there is beside it
resource provisioningDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: provisioning
  name: 'logs'
  properties: {
    workspaceId: logsId
    logs: [
      {
        category: 'DeviceOperations'
        enabled: true
      }
      {
        category: 'ServiceOperations'
        enabled: true
      }
    ]
  }
}

@description('idScope that devices enrol with; not a secret.')
output idScope string = provisioning.properties.idScope
