// The job's output `powerbi` as events on the hub `rows`, which a Fabric Eventstream reads into an Eventhouse.

@description('Name of the Stream Analytics job.')
param jobName string

@description('Event Hubs namespace.')
param namespaceName string

#disable-next-line use-recent-api-versions // units of the second version and the input's partition count are in no other
resource job 'Microsoft.StreamAnalytics/streamingjobs@2021-10-01-preview' existing = {
  name: jobName
}

#disable-next-line use-recent-api-versions // units of the second version and the input's partition count are in no other
resource rows 'Microsoft.StreamAnalytics/streamingjobs/outputs@2021-10-01-preview' = {
  parent: job
  name: 'powerbi'
  properties: {
    datasource: {
      type: 'Microsoft.EventHub/EventHub'
      properties: {
        serviceBusNamespace: namespaceName
        eventHubName: 'rows'
        authenticationMode: 'Msi'
      }
    }
    serialization: {
      type: 'Json'
      properties: {
        encoding: 'UTF8'
        format: 'LineSeparated'
      }
    }
  }
}
