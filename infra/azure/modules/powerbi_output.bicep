// The job's output `powerbi`: rows pushed into a Power BI dataset (Microsoft ends this kind of output on 2027-10-31).

@description('Name of the Stream Analytics job.')
param jobName string

@description('Power BI workspace (group id); the job\'s identity must be its Contributor.')
@minLength(36)
@maxLength(36)
param workspaceId string

@description('Name of the workspace.')
@minLength(1)
@maxLength(256)
param workspaceName string

@description('Dataset to write; made by the job when missing.')
param dataset string

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
      type: 'PowerBI'
      properties: {
        groupId: workspaceId
        groupName: workspaceName
        dataset: dataset
        table: 'windows'
        authenticationMode: 'Msi'
      }
    }
  }
}
