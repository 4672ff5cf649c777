// Storage of what the windows said (storage_output.bicep makes the containers): JSON lines, readable by Fabric, Power BI, DuckDB, anything.

import { Tags } from '../types.bicep'

@description('Region.')
param location string

@description('Tags of every resource.')
param tags Tags

@description('Name of the storage account.')
@minLength(3)
@maxLength(24)
param accountName string

@description('Spread over the region\'s zones.')
param zones bool

@description('Whether only private endpoints and Azure\'s trusted services (the streaming job) get in.')
param private bool

@description('Days that 15-second rows are kept.')
@minValue(7)
@maxValue(3650)
param windowRetentionDays int

@description('Log Analytics workspace for diagnostics.')
param logsId string

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: accountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: zones ? 'Standard_ZRS' : 'Standard_LRS'
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled' // Stream Analytics jobs outside a cluster come from shared addresses
    networkAcls: {
      defaultAction: private ? 'Deny' : 'Allow'
      bypass: 'AzureServices'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
}

// Fine rows go first; totals stay for year-on-year comparison; rejected rows are for whoever looks after them now.
resource retention 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'fine-rows'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: [
                'blockBlob'
                'appendBlob'
              ]
              prefixMatch: [
                'windows/'
                'traffic/'
              ]
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: windowRetentionDays
                }
              }
            }
          }
        }
        {
          name: 'totals'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: [
                'blockBlob'
                'appendBlob'
              ]
              prefixMatch: [
                'hours/'
                'days/'
                'traffic-hours/'
                'traffic-days/'
              ]
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: windowRetentionDays * 4
                }
              }
            }
          }
        }
        {
          name: 'rejected-rows'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: [
                'blockBlob'
                'appendBlob'
              ]
              prefixMatch: [
                'rejected/'
              ]
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: 30
                }
              }
            }
          }
        }
      ]
    }
  }
}

// The writes tell which store is still heard of: the alert store-silent reads them. Reads are not logged: they would be
// the dearest part of the bill, and nothing asks for them.
#disable-next-line use-recent-api-versions // it stayed a preview; 2016-09-01 is all there is beside it
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'logs'
  properties: {
    workspaceId: logsId
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the account.')
output accountId string = account.id
