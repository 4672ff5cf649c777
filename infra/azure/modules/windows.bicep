// The Stream Analytics job: the same query file that `python -m windows` runs.

import { Tags } from '../types.bicep'

@description('Region.')
param location string

@description('Tags of every resource.')
param tags Tags

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

@description('Where the query\'s output `powerbi` goes.')
@allowed([
  'none'
  'powerbi'
  'eventstream'
])
param liveRows string

@description('Power BI workspace id; needed with liveRows powerbi.')
param powerBiWorkspaceId string

@description('Power BI workspace name.')
param powerBiWorkspaceName string

@description('Power BI dataset to write.')
param powerBiDataset string

@description('Log Analytics workspace for diagnostics.')
param logsId string

var ordering = loadJsonContent('../../stream_analytics/event_ordering.json')

// A job won't start when its query names an output that is missing. The rows for the live page are the same as those of
// `windows`: where nobody wants them, their statement is left out, so that nothing is stored twice.
var query = loadTextContent('../../stream_analytics/footfall.asaql')
var liveStatement = '-- live rows\n'
var parts = split(query, liveStatement)
var queryWithoutLiveRows = '${parts[0]}${parts[2]}'

// Outputs of the query that are kept in storage, each with its container and the folders in it.
var storedOutputs = [
  { name: 'windows', container: 'windows', pathPattern: '{store}/{date}' }
  { name: 'hours', container: 'hours', pathPattern: '{store}/{date}' }
  { name: 'days', container: 'days', pathPattern: '{store}/{date}' }
  { name: 'traffic', container: 'traffic', pathPattern: '{store}/{date}' }
  { name: 'trafficHours', container: 'traffic-hours', pathPattern: '{store}/{date}' }
  { name: 'trafficDays', container: 'traffic-days', pathPattern: '{store}/{date}' }
  { name: 'rejected', container: 'rejected', pathPattern: '{date}' }
]

#disable-next-line use-recent-api-versions // units of the second version and the input's partition count are in no other
resource job 'Microsoft.StreamAnalytics/streamingjobs@2021-10-01-preview' = {
  name: jobName
  location: location
  tags: tags
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
        query: liveRows == 'none' ? queryWithoutLiveRows : query
      }
    }
  }
}

#disable-next-line use-recent-api-versions // units of the second version and the input's partition count are in no other
resource footfall 'Microsoft.StreamAnalytics/streamingjobs/inputs@2021-10-01-preview' = {
  parent: job
  name: 'footfall'
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

module powerbi 'powerbi_output.bicep' = if (liveRows == 'powerbi') {
  params: {
    jobName: jobName
    workspaceId: powerBiWorkspaceId
    workspaceName: powerBiWorkspaceName
    dataset: powerBiDataset
  }
  dependsOn: [
    job
  ]
}

module eventstream 'eventstream_output.bicep' = if (liveRows == 'eventstream') {
  params: {
    jobName: jobName
    namespaceName: namespaceName
  }
  dependsOn: [
    job
  ]
}

module stored 'storage_output.bicep' = [
  for output in storedOutputs: {
    params: {
      jobName: jobName
      outputName: output.name
      containerName: output.container
      pathPattern: output.pathPattern
      accountName: resultsAccountName
    }
    dependsOn: [
      job
    ]
  }
]

#disable-next-line use-recent-api-versions // it stayed a preview; 2016-09-01 is all there is beside it
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

@description('Resource id of the job.')
output jobId string = job.id

@description('The job\'s own identity.')
output principalId string = job.identity.principalId
