// The Stream Analytics job: the same query file that `python -m local windows` runs.

@description('Region.')
param location string

@description('Name of the job.')
@minLength(3)
@maxLength(63)
param jobName string

@description('Streaming units of the V2 model in tenths, as the API counts them: 3, 7, 10, 20 … 660.')
@minValue(3)
@maxValue(660)
param streamingUnits int

@description('Event Hubs namespace.')
param namespaceName string

@description('Event hub.')
param hubName string

@description('Consumer group that only this job reads with.')
param consumerGroupName string

@description('Partitions of the event hub.')
@minValue(1)
@maxValue(32)
param partitionCount int

@description('Storage account of the durable outputs.')
param resultsAccountName string

@description('Power BI workspace id; empty for storage instead.')
param powerBiWorkspaceId string

@description('Power BI workspace name.')
param powerBiWorkspaceName string

@description('Power BI dataset to write.')
param powerBiDataset string

@description('Log Analytics workspace for diagnostics.')
param logsId string

var ordering = loadJsonContent('../../stream_analytics/event_ordering.json')
var powerBiRows = {
  name: 'powerbi'
  pathPattern: '{store}/{date}'
}
var storedOutputs = [
  {
    name: 'windows'
    pathPattern: '{store}/{date}'
  }
  {
    name: 'hours'
    pathPattern: '{store}/{date}'
  }
  {
    name: 'days'
    pathPattern: '{store}/{date}'
  }
  {
    name: 'rejected'
    pathPattern: '{date}'
  }
]

resource job 'Microsoft.StreamAnalytics/streamingjobs@2021-10-01-preview' = {
  name: jobName
  location: location
  sku: {
    name: 'StandardV2'
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    sku: {
      name: 'StandardV2'
    }
    jobType: 'Cloud'
    compatibilityLevel: '1.2'
    dataLocale: 'en-US'
    contentStoragePolicy: 'SystemAccount'
    outputStartMode: 'JobStartTime'
    outputErrorPolicy: 'Stop' // a row that can't be written is retried, never thrown away
    eventsOutOfOrderPolicy: ordering.outOfOrderPolicy
    eventsOutOfOrderMaxDelayInSeconds: ordering.outOfOrderMaxDelaySeconds
    eventsLateArrivalMaxDelayInSeconds: ordering.lateArrivalMaxDelaySeconds
    transformation: {
      name: 'footfall'
      properties: {
        streamingUnits: streamingUnits
        query: loadTextContent('../../stream_analytics/footfall.asaql')
      }
    }
  }
}

resource visits 'Microsoft.StreamAnalytics/streamingjobs/inputs@2021-10-01-preview' = {
  parent: job
  name: 'visits'
  properties: {
    type: 'Stream'
    datasource: {
      type: 'Microsoft.EventHub/EventHub'
      properties: {
        serviceBusNamespace: namespaceName
        eventHubName: hubName
        consumerGroupName: consumerGroupName
        partitionCount: partitionCount
        authenticationMode: 'Msi'
      }
    }
    serialization: {
      type: 'Json'
      properties: {
        encoding: 'UTF8'
      }
    }
  }
}

module powerbi 'powerbi_output.bicep' = if (!empty(powerBiWorkspaceId)) {
  name: 'output-powerbi'
  params: {
    jobName: job.name
    workspaceId: powerBiWorkspaceId
    workspaceName: powerBiWorkspaceName
    dataset: powerBiDataset
  }
}

// Without a workspace the rows meant for Power BI go to storage: a job whose query names a missing output won't start.
module stored 'storage_output.bicep' = [for output in concat(storedOutputs, empty(powerBiWorkspaceId) ? [powerBiRows] : []): {
  name: 'output-${output.name}'
  params: {
    jobName: job.name
    outputName: output.name
    pathPattern: output.pathPattern
    accountName: resultsAccountName
  }
}]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: job
  name: 'logs'
  properties: {
    workspaceId: logsId
    logs: [
      {
        category: 'Execution'
        enabled: true
      }
      {
        category: 'Authoring'
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

@description('Name of the job.')
output jobName string = job.name

@description('Resource id of the job.')
output jobId string = job.id

@description('The job\'s own identity.')
output principalId string = job.identity.principalId
