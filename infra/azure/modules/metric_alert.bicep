// An alert on metrics of one resource: it fires while all of its conditions hold.

import { Tags } from '../types.bicep'

@export()
@description('One condition.')
type Condition = {
  @description('Metric, as the REST API names it.')
  metric: string

  @description('How readings within the window are put together.')
  aggregation: 'Average' | 'Maximum' | 'Total'

  @description('Holds above this.')
  @minValue(0)
  @maxValue(1000000)
  threshold: int
}

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

@description('Resource the metrics belong to.')
param resourceId string

@description('Conditions, all of which must hold.')
param conditions Condition[]

@description('0 critical … 4 verbose.')
@minValue(0)
@maxValue(4)
param severity int

@description('Action group that is told.')
param actionGroupId string

resource alert 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: '${installation}-${alertName}'
  location: 'global'
  tags: tags
  properties: {
    description: '${summary} Runbook: docs/operate.md#${alertName}'
    severity: severity
    enabled: true
    autoMitigate: true
    scopes: [
      resourceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        for condition in conditions: {
          name: condition.metric
          criterionType: 'StaticThresholdCriterion'
          metricName: condition.metric
          timeAggregation: condition.aggregation
          operator: 'GreaterThan'
          threshold: condition.threshold
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroupId
      }
    ]
  }
}
