// One output of the job, and the container that it writes to, as JSON lines.

@description('Name of the Stream Analytics job.')
param jobName string

@description('Name of the output in the query.')
@minLength(3)
@maxLength(63)
param outputName string

@description('Name of the container.')
@minLength(3)
@maxLength(63)
param containerName string

@description('Folders inside the container: {store} is the row\'s store, {date} the window\'s day.')
param pathPattern string

@description('Storage account.')
param accountName string

#disable-next-line use-recent-api-versions // units of the second version and the input's partition count are in no other
resource job 'Microsoft.StreamAnalytics/streamingjobs@2021-10-01-preview' existing = {
  name: jobName
}

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: accountName
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' existing = {
  parent: account
  name: 'default'
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: containerName
  properties: {
    publicAccess: 'None'
  }
}

#disable-next-line use-recent-api-versions // units of the second version and the input's partition count are in no other
resource rows 'Microsoft.StreamAnalytics/streamingjobs/outputs@2021-10-01-preview' = {
  parent: job
  name: outputName
  properties: {
    datasource: {
      type: 'Microsoft.Storage/Blob'
      properties: {
        storageAccounts: [
          {
            accountName: account.name
          }
        ]
        container: container.name
        pathPattern: pathPattern
        dateFormat: 'yyyy/MM/dd'
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
