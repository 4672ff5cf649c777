// An alert on rows that a log query finds: any row fires, split by the dimension named.

import { Tags } from '../types.bicep'

@description('Region.')
param location string

@description('Tags of every resource.')
param tags Tags

@description('Installation; the start of the alert\'s name.')
param installation string

@description('Name within the installation; docs/operate.md has a runbook under the same heading.')
@minLength(3)
@maxLength(64)
param alertName string

@description('One sentence for whoever is woken.')
param summary string

@description('Log Analytics workspace.')
param logsId string

@description('Kusto query; each row it gives is something to look at.')
param query string

@description('Column that tells one incident from another.')
param dimension string

@description('How far back the query may look, ISO 8601.')
@allowed([
  'PT1H'
  'PT6H'
  'P1D'
  'P2D'
])
param lookBack string

@description('0 critical … 4 verbose.')
@minValue(0)
@maxValue(4)
param severity int

@description('Action group that is told.')
param actionGroupId string

resource alert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: '${installation}-${alertName}'
  location: location
  tags: tags
  properties: {
    displayName: '${installation}-${alertName}'
    description: '${summary} Runbook: docs/operate.md#${alertName}'
    severity: severity
    enabled: true
    autoMitigate: true
    skipQueryValidation: true // tables appear with the first row of their kind; infra.check compiles every query
    scopes: [
      logsId
    ]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    overrideQueryTimeRange: lookBack
    criteria: {
      allOf: [
        {
          query: query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [
            {
              name: dimension
              operator: 'Include'
              values: [
                '*'
              ]
            }
          ]
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        actionGroupId
      ]
    }
  }
}
