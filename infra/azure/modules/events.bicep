// Where anonymized visit events arrive from the premises.

@description('Region.')
param location string

@description('Name of the Event Hubs namespace.')
@minLength(6)
@maxLength(50)
param namespaceName string

@description('Throughput units: 1 MB/s or 1,000 events/s in, each.')
@minValue(1)
@maxValue(40)
param throughputUnits int

@description('Partitions; fixed once the hub exists.')
@minValue(1)
@maxValue(32)
param partitionCount int

@description('Log Analytics workspace for diagnostics.')
param logsId string

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: namespaceName
  location: location
  sku: {
    name: 'Standard'
    tier: 'Standard'
    capacity: throughputUnits
  }
  properties: {
    minimumTlsVersion: '1.2'
    isAutoInflateEnabled: true
    maximumThroughputUnits: min(40, throughputUnits * 2)
    disableLocalAuth: false // the premises have no Entra identity: they hold the send-only rule below
    publicNetworkAccess: 'Enabled'
    zoneRedundant: true
  }
}

// Three days: a weekend without anyone looking at a stopped job loses nothing.
resource hub 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = {
  parent: namespace
  name: 'visits'
  properties: {
    partitionCount: partitionCount
    retentionDescription: {
      cleanupPolicy: 'Delete'
      retentionTimeInHours: 72
    }
  }
}

resource windowsGroup 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = {
  parent: hub
  name: 'windows'
  properties: {
    userMetadata: 'the Stream Analytics job'
  }
}

resource liveGroup 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = {
  parent: hub
  name: 'live'
  properties: {
    userMetadata: 'someone looking at the events as they come'
  }
}

resource sendRule 'Microsoft.EventHub/namespaces/eventhubs/authorizationRules@2024-01-01' = {
  parent: hub
  name: 'premises-send'
  properties: {
    rights: [
      'Send'
    ]
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespace
  name: 'logs'
  properties: {
    workspaceId: logsId
    logs: [
      {
        category: 'OperationalLogs'
        enabled: true
      }
      {
        category: 'AutoScaleLogs'
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

@description('Name of the namespace.')
output namespaceName string = namespace.name

@description('Resource id of the namespace.')
output namespaceId string = namespace.id

@description('Host name of the namespace.')
output namespaceHost string = '${namespace.name}.servicebus.windows.net'

@description('Name of the event hub.')
output hubName string = hub.name

@description('Consumer group of the Stream Analytics job.')
output windowsGroupName string = windowsGroup.name

@description('Name of the send-only rule.')
output sendRuleName string = sendRule.name
