// IoT Hub and the Device Provisioning Service: cameras enrol, get their modules and report how they are.

@description('Region.')
param location string

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

resource provisioning 'Microsoft.Devices/provisioningServices@2022-12-12' = {
  name: provisioningName
  location: location
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

@description('Name of the IoT Hub.')
output hubName string = hub.name

@description('Name of the Device Provisioning Service.')
output provisioningName string = provisioning.name

@description('idScope that devices enrol with; not a secret.')
output idScope string = provisioning.properties.idScope
