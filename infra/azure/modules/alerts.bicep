// What wakes someone. docs/operate.md has one runbook an alert, under the alert's name.

@description('Region.')
param location string

@description('Name of the action group.')
@minLength(1)
@maxLength(260)
param groupName string

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

resource group 'microsoft.insights/actionGroups@2018-03-01' = {
  name: groupName
  location: 'Global'
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

var metricAlerts = [
  {
    name: 'job-watermark-delay'
    summary: 'The windows lag behind the events.'
    resourceId: jobId
    metric: 'OutputWatermarkDelaySeconds'
    aggregation: 'Maximum'
    threshold: 300
    severity: 1
  }
  {
    name: 'job-runtime-errors'
    summary: 'The Stream Analytics job met errors.'
    resourceId: jobId
    metric: 'Errors'
    aggregation: 'Total'
    threshold: 0
    severity: 1
  }
  {
    name: 'job-memory'
    summary: 'The Stream Analytics job is running out of memory.'
    resourceId: jobId
    metric: 'ResourceUtilization'
    aggregation: 'Maximum'
    threshold: 80
    severity: 2
  }
  {
    name: 'late-events'
    summary: 'Events came so late that the job moved them in time.'
    resourceId: jobId
    metric: 'LateInputEvents'
    aggregation: 'Total'
    threshold: 0
    severity: 3
  }
  {
    name: 'events-throttled'
    summary: 'Event Hubs turned events away; the premises keep them and try again.'
    resourceId: namespaceId
    metric: 'ThrottledRequests'
    aggregation: 'Total'
    threshold: 0
    severity: 2
  }
]

// A row in the container windows means that a store had a visitor; opening hours keep the nights quiet.
var storeSilentQuery = '''
StorageBlobLogs
| where AccountName == "ACCOUNT" and Category == "StorageWrite" and StatusCode < 300
| extend path = split(ObjectKey, "/")
| where tostring(path[2]) == "windows"
| summarize lastSeen = max(TimeGenerated) by store = tostring(path[3])
| where lastSeen < ago(SILENTm) and hourofday(now()) >= OPENING and hourofday(now()) < CLOSING
'''

var rejectedEventsQuery = '''
StorageBlobLogs
| where AccountName == "ACCOUNT" and Category == "StorageWrite" and StatusCode < 300
| extend path = split(ObjectKey, "/")
| where tostring(path[2]) == "rejected" and TimeGenerated > ago(1h)
| summarize writes = count() by output = tostring(path[2])
'''

// The worker's log lines carry counts and short words only, so that a cluster agent may send them here.
var poisonPicturesQuery = '''
union isfuzzy=true
  (ContainerLogV2 | project TimeGenerated, line = parse_json(tostring(LogMessage))),
  (AppTraces | project TimeGenerated, line = parse_json(Message))
| where TimeGenerated > ago(1h) and tostring(line.event) == "picture poisoned"
| summarize pictures = count() by reason = tostring(line.reason)
'''

// A try that failed leaves the picture where it is; a steady stream of them means that something behind it is down.
var picturesWaitingQuery = '''
union isfuzzy=true
  (ContainerLogV2 | project TimeGenerated, line = parse_json(tostring(LogMessage))),
  (AppTraces | project TimeGenerated, line = parse_json(Message))
| where TimeGenerated > ago(1h) and tostring(line.event) == "picture kept"
| summarize tries = count() by why = tostring(line.why)
| where tries > 30
'''

// A device is silent when none of its modules' connections is open; tokens are renewed, and so logged, every hour.
var devicesSilentQuery = '''
AzureDiagnostics
| where ResourceProvider == "MICROSOFT.DEVICES" and Category == "Connections"
| extend who = parse_json(properties_s)
| extend device = tostring(who.deviceId), module = tostring(who.moduleId)
| where isnotempty(device)
| summarize arg_max(TimeGenerated, OperationName) by device, module
| summarize connected = countif(OperationName == "deviceConnect"), last = max(TimeGenerated) by device
| where connected == 0 and last < ago(30m)
'''

var logAlerts = [
  {
    name: 'store-silent'
    summary: 'A store that had visitors within two days has sent nothing for a while.'
    query: replace(replace(replace(replace(storeSilentQuery, 'ACCOUNT', resultsAccountName), 'SILENT', string(silentStoreMinutes)), 'OPENING', string(openingHourUtc)), 'CLOSING', string(closingHourUtc))
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
    lookBack: 'PT1H'
    severity: 1
  }
  {
    name: 'poison-pictures'
    summary: 'Pictures were put aside because they could not be read.'
    query: poisonPicturesQuery
    dimension: 'reason'
    lookBack: 'PT1H'
    severity: 3
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

module onMetrics 'metric_alert.bicep' = [for alert in metricAlerts: {
  name: 'alert-${alert.name}'
  params: {
    alertName: alert.name
    summary: alert.summary
    resourceId: alert.resourceId
    metric: alert.metric
    aggregation: alert.aggregation
    threshold: alert.threshold
    severity: alert.severity
    actionGroupId: group.id
  }
}]

module onLogs 'log_alert.bicep' = [for alert in logAlerts: {
  name: 'alert-${alert.name}'
  params: {
    location: location
    alertName: alert.name
    summary: alert.summary
    logsId: logsId
    query: alert.query
    dimension: alert.dimension
    lookBack: alert.lookBack
    severity: alert.severity
    actionGroupId: group.id
  }
}]
