// What wakes someone. docs/operate.md has one runbook an alert, under the alert's name.

import { Tags } from '../types.bicep'
import { Condition } from 'metric_alert.bicep'

@description('Region.')
param location string

@description('Tags of every resource.')
param tags Tags

@description('Installation; the start of every name.')
@minLength(1)
@maxLength(30)
param installation string

@description('Who is told.')
@minLength(6)
@maxLength(254)
param email string

@description('Log Analytics workspace.')
param logsId string

@description('Stream Analytics job.')
param jobId string

@description('Event Hubs namespace.')
param namespaceId string

@description('Storage account of the results.')
param resultsAccountName string

@description('Minutes after which a silent store raises an alert.')
@minValue(15)
@maxValue(1440)
param silentStoreMinutes int

@description('Hour (UTC) from which a silent store is worth an alert.')
@minValue(0)
@maxValue(23)
param openingHourUtc int

@description('Hour (UTC) from which a silent store is expected again.')
@minValue(1)
@maxValue(24)
param closingHourUtc int

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: installation
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'footfall'
    enabled: true
    emailReceivers: [
      {
        name: 'operator'
        emailAddress: email
      }
    ]
  }
}

@description('An alert on metrics of one resource.')
type MetricAlert = {
  name: string
  summary: string
  resourceId: string
  conditions: Condition[]
  severity: int
}

var metricAlerts MetricAlert[] = [
  // The delay alone grows through every quiet spell: without events the watermark stands still. Only events that wait
  // to be read make it a fault.
  {
    name: 'job-watermark-delay'
    summary: 'The windows lag behind the events.'
    resourceId: jobId
    conditions: [
      { metric: 'OutputWatermarkDelaySeconds', aggregation: 'Maximum', threshold: 300 }
      { metric: 'InputEventsSourcesBacklogged', aggregation: 'Maximum', threshold: 0 }
    ]
    severity: 1
  }
  {
    name: 'job-runtime-errors'
    summary: 'The Stream Analytics job met errors.'
    resourceId: jobId
    conditions: [
      { metric: 'Errors', aggregation: 'Total', threshold: 0 }
    ]
    severity: 1
  }
  {
    name: 'job-memory'
    summary: 'The Stream Analytics job is running out of memory.'
    resourceId: jobId
    conditions: [
      { metric: 'ResourceUtilization', aggregation: 'Maximum', threshold: 80 }
    ]
    severity: 2
  }
  {
    name: 'late-events'
    summary: 'Events came so late that the job moved them in time.'
    resourceId: jobId
    conditions: [
      { metric: 'LateInputEvents', aggregation: 'Total', threshold: 0 }
    ]
    severity: 3
  }
  {
    name: 'events-throttled'
    summary: 'Event Hubs turned events away; the premises keep them and try again.'
    resourceId: namespaceId
    conditions: [
      { metric: 'ThrottledRequests', aggregation: 'Total', threshold: 0 }
    ]
    severity: 2
  }
]

// A row in the container windows means that a store had a visitor, one in traffic that a camera was watching; opening
// hours keep the nights quiet.
var storeSilentQuery = '''
StorageBlobLogs
| where AccountName == "ACCOUNT" and Category == "StorageWrite" and toint(StatusCode) < 300
| extend path = split(ObjectKey, "/")
| where tostring(path[2]) in ("windows", "traffic")
| summarize lastSeen = max(TimeGenerated) by store = tostring(path[3])
| where lastSeen < ago(SILENTm) and hourofday(now()) >= OPENING and hourofday(now()) < CLOSING
'''

var rejectedEventsQuery = '''
StorageBlobLogs
| where AccountName == "ACCOUNT" and Category == "StorageWrite" and toint(StatusCode) < 300
| extend path = split(ObjectKey, "/")
| where tostring(path[2]) == "rejected" and TimeGenerated > ago(1h)
| summarize writes = count() by output = tostring(path[2])
'''

// The worker's log lines carry counts and short words only, so that a cluster agent may send them here.
var poisonPicturesQuery = '''
union isfuzzy=true
  (ContainerLogV2 | project TimeGenerated, line = parse_json(tostring(LogMessage))),
  (AppTraces | project TimeGenerated, line = parse_json(Message))
| where TimeGenerated > ago(1h) and tostring(line.event) == "blob poisoned"
| summarize blobs = count() by reason = tostring(line.reason)
'''

// The worker says each outage once when it starts and once when it ends: one that has not ended is one.
var picturesWaitingQuery = '''
union isfuzzy=true
  (ContainerLogV2 | project TimeGenerated, who = PodName, line = parse_json(tostring(LogMessage))),
  (AppTraces | project TimeGenerated, who = AppRoleInstance, line = parse_json(Message))
| extend event = tostring(line.event), why = tostring(line.why)
| where event in ("outage", "outage over")
| summarize arg_max(TimeGenerated, event, why) by who
| where event == "outage" and TimeGenerated < ago(5m)
| summarize workers = count() by why
'''

// It also says once when a camera has more waiting than a look takes in, and once when none has any more.
var camerasCrowdedQuery = '''
union isfuzzy=true
  (ContainerLogV2 | project TimeGenerated, who = PodName, line = parse_json(tostring(LogMessage))),
  (AppTraces | project TimeGenerated, who = AppRoleInstance, line = parse_json(Message))
| extend event = tostring(line.event), cameras = toint(line.cameras)
| where event in ("crowded", "crowded no more")
| summarize arg_max(TimeGenerated, event, cameras) by who
| where event == "crowded" and TimeGenerated < ago(15m)
| summarize cameras = max(cameras) by event
'''

// Erasing a visitor memory was given up: somebody asked to be forgotten and was not.
var erasureFailedQuery = '''
union isfuzzy=true
  (ContainerLogV2 | project TimeGenerated, line = parse_json(tostring(LogMessage))),
  (AppTraces | project TimeGenerated, line = parse_json(Message))
| where TimeGenerated > ago(1h) and tostring(line.event) == "erasure failed"
| summarize tries = count() by why = tostring(line.why)
'''

// A device is silent when none of its modules' connections is open; tokens are renewed, and so logged, every hour.
var devicesSilentQuery = '''
AzureDiagnostics
| where ResourceProvider == "MICROSOFT.DEVICES" and Category == "Connections"
| extend who = parse_json(properties_s)
| extend device = tostring(who.deviceId), module = tostring(who.moduleId)
| where isnotempty(device)
| summarize arg_max(TimeGenerated, OperationName) by device, module
| summarize connected = countif(OperationName == "deviceConnect"), lastSeen = max(TimeGenerated) by device
| where connected == 0 and lastSeen < ago(30m)
'''

var logAlerts = [
  {
    name: 'store-silent'
    summary: 'A store that was heard of within two days has sent nothing for a while.'
    query: replace(
      replace(
        replace(replace(storeSilentQuery, 'ACCOUNT', resultsAccountName), 'SILENT', string(silentStoreMinutes)),
        'OPENING',
        string(openingHourUtc)
      ),
      'CLOSING',
      string(closingHourUtc)
    )
    dimension: 'store'
    lookBack: 'P2D'
    severity: 1
  }
  {
    name: 'devices-silent'
    summary: 'A camera lost its connection half an hour ago and has not come back.'
    query: devicesSilentQuery
    dimension: 'device'
    lookBack: 'P2D'
    severity: 2
  }
  {
    name: 'pictures-waiting'
    summary: 'The worker can not finish pictures; they wait in storage on the premises.'
    query: picturesWaitingQuery
    dimension: 'why'
    lookBack: 'P1D'
    severity: 1
  }
  {
    name: 'cameras-crowded'
    summary: 'More waits of a camera than the worker looks at, and that for a quarter of an hour.'
    query: camerasCrowdedQuery
    dimension: 'event'
    lookBack: 'P1D'
    severity: 2
  }
  {
    name: 'poison-pictures'
    summary: 'Pictures or counts were put aside because they could not be used.'
    query: poisonPicturesQuery
    dimension: 'reason'
    lookBack: 'PT1H'
    severity: 3
  }
  {
    name: 'erasure-failed'
    summary: 'A request to forget visitors was not carried out.'
    query: erasureFailedQuery
    dimension: 'why'
    lookBack: 'PT1H'
    severity: 1
  }
  {
    name: 'rejected-events'
    summary: 'The window query turned events away as malformed.'
    query: replace(rejectedEventsQuery, 'ACCOUNT', resultsAccountName)
    dimension: 'output'
    lookBack: 'PT1H'
    severity: 2
  }
]

module onMetrics 'metric_alert.bicep' = [
  for alert in metricAlerts: {
    params: {
      tags: tags
      installation: installation
      alertName: alert.name
      summary: alert.summary
      resourceId: alert.resourceId
      conditions: alert.conditions
      severity: alert.severity
      actionGroupId: group.id
    }
  }
]

module onLogs 'log_alert.bicep' = [
  for alert in logAlerts: {
    params: {
      location: location
      tags: tags
      installation: installation
      alertName: alert.name
      summary: alert.summary
      logsId: logsId
      query: alert.query
      dimension: alert.dimension
      lookBack: alert.lookBack
      severity: alert.severity
      actionGroupId: group.id
    }
  }
]
