// Where anonymized tallies and traffic arrive from the premises.

import { Tags } from '../types.bicep'

@description('Region.')
param location string

@description('Tags of every resource.')
param tags Tags

@description('Name of the Event Hubs namespace.')
@minLength(6)
@maxLength(50)
param namespaceName string

@description('Name of the event hub.')
@minLength(1)
@maxLength(256)
param hubName string

@description('Consumer group that only the Stream Analytics job reads with.')
@minLength(1)
@maxLength(50)
param windowsGroupName string

@description('Name of the send-only rule.')
@minLength(1)
@maxLength(256)
param sendRuleName string

@description('Throughput units: 1 MB/s or 1,000 events/s in, each.')
@minValue(1)
@maxValue(40)
param throughputUnits int

@description('Partitions; fixed once the hub exists.')
@minValue(1)
@maxValue(32)
param partitionCount int

@description('Spread over the region\'s zones.')
param zones bool

@description('Whether the job\'s live rows get a hub of their own, which a Fabric Eventstream reads.')
param withRowsHub bool

@description('Whether the premises send with a key of their own, the send-only rule.')
param withSendRule bool

@description('Whether only private endpoints and Azure\'s trusted services (the streaming job) get in.')
param private bool

@description('Log Analytics workspace for diagnostics.')
param logsId string

resource namespace 'Microsoft.EventHub/namespaces@2026-01-01' = {
  name: namespaceName
  location: location
  tags: tags
  sku: {
    name: 'Standard'
    tier: 'Standard'
    capacity: throughputUnits
  }
  properties: {
    minimumTlsVersion: '1.2'
    isAutoInflateEnabled: true
    maximumThroughputUnits: min(40, throughputUnits * 2)
    disableLocalAuth: !withSendRule && !withRowsHub // the send-only rule below, and the Eventstream's
    publicNetworkAccess: 'Enabled'
    zoneRedundant: zones
  }
}

resource doors 'Microsoft.EventHub/namespaces/networkRuleSets@2026-01-01' = if (private) {
  parent: namespace
  name: 'default'
  properties: {
    publicNetworkAccess: 'Enabled'
    defaultAction: 'Deny'
    trustedServiceAccessEnabled: true
  }
}

// Three days: a weekend without anyone looking at a stopped job loses nothing.
resource hub 'Microsoft.EventHub/namespaces/eventhubs@2026-01-01' = {
  parent: namespace
  name: hubName
  properties: {
    partitionCount: partitionCount
    retentionDescription: {
      cleanupPolicy: 'Delete'
      retentionTimeInHours: 72
    }
  }
}

resource windowsGroup 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2026-01-01' = {
  parent: hub
  name: windowsGroupName
  properties: {
    userMetadata: 'the Stream Analytics job'
  }
}

resource liveGroup 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2026-01-01' = {
  parent: hub
  name: 'live'
  properties: {
    userMetadata: 'someone looking at the events as they come'
  }
}

resource sendRule 'Microsoft.EventHub/namespaces/eventhubs/authorizationRules@2026-01-01' = if (withSendRule) {
  parent: hub
  name: sendRuleName
  properties: {
    rights: [
      'Send'
    ]
  }
}

// The live page after Power BI's streaming: an Eventstream in Fabric reads here (infra/power_bi/eventhouse).
resource rows 'Microsoft.EventHub/namespaces/eventhubs@2026-01-01' = if (withRowsHub) {
  parent: namespace
  name: 'rows'
  properties: {
    partitionCount: 1
    retentionDescription: {
      cleanupPolicy: 'Delete'
      retentionTimeInHours: 72
    }
  }
}

resource eventstreamGroup 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2026-01-01' = if (withRowsHub) {
  parent: rows
  name: 'eventstream'
  properties: {
    userMetadata: 'the Eventstream in Fabric'
  }
}

resource listenRule 'Microsoft.EventHub/namespaces/eventhubs/authorizationRules@2026-01-01' = if (withRowsHub) {
  parent: rows
  name: 'eventstream-listen'
  properties: {
    rights: [
      'Listen'
    ]
  }
}

#disable-next-line use-recent-api-versions // it stayed a preview; 2016-09-01 is all there is beside it
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

@description('Resource id of the namespace.')
output namespaceId string = namespace.id

@description('Host name of the namespace.')
output namespaceHost string = '${namespace.name}.servicebus.windows.net'
