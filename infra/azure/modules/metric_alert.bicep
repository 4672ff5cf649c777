// An alert on one metric of one resource.

@description('Name; docs/operate.md has a runbook under the same heading.')
@minLength(3)
@maxLength(64)
param alertName string

@description('One sentence for whoever is woken.')
param summary string

@description('Resource the metric belongs to.')
param resourceId string

@description('Metric, as the REST API names it.')
param metric string

@description('How readings within the window are put together.')
@allowed([
  'Average'
  'Maximum'
  'Total'
])
param aggregation string

@description('Fires above this.')
@minValue(0)
@maxValue(1000000)
param threshold int

@description('0 critical … 4 verbose.')
@minValue(0)
@maxValue(4)
param severity int

@description('Action group that is told.')
param actionGroupId string

var criteria = {
  'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
  allOf: [
    {
      name: metric
      criterionType: 'StaticThresholdCriterion'
      metricName: metric
      timeAggregation: aggregation
      operator: 'GreaterThan'
      threshold: threshold
    }
  ]
}

resource alert 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: alertName
  location: 'global'
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
    criteria: criteria
    actions: [
      {
        actionGroupId: actionGroupId
      }
    ]
  }
}
