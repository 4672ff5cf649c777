// Where logs and counts go: one workspace, and Application Insights for the Functions host on the premises.

import { Tags } from '../types.bicep'

@description('Region.')
param location string

@description('Tags of every resource.')
param tags Tags

@description('Name of the Log Analytics workspace.')
@minLength(4)
@maxLength(63)
param logsName string

@description('Name of the Application Insights resource.')
@minLength(1)
@maxLength(255)
param insightsName string

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int

resource logs 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: logsName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    features: {
      enableLogAccessUsingOnlyResourcePermissions: true
      disableLocalAuth: false // the cluster's agent on the premises has no Entra identity
    }
    publicNetworkAccessForIngestion: 'Enabled'
    publicNetworkAccessForQuery: 'Enabled'
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logs.id
    IngestionMode: 'LogAnalytics'
    DisableIpMasking: false
    DisableLocalAuth: false // the Functions host on the premises has no Entra identity
    publicNetworkAccessForIngestion: 'Enabled'
    publicNetworkAccessForQuery: 'Enabled'
  }
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(logs.id, 'footfall')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Footfall (${logsName})'
    category: 'workbook'
    sourceId: logs.id
    serializedData: loadTextContent('../workbook.json')
  }
}

@description('Resource id of the workspace.')
output logsId string = logs.id
