// Who is told, and of what. The queries are files of their own; docs/operations.md says what to do when a rule fires.
param location string
param tags object
param name string
param insightsId string
@description('Who gets an e-mail, each on its own; empty for nobody.')
param emails string[]
@description('What is called with the alert as JSON; empty for nothing. Such an address often holds a token, so it is kept as a secret.')
@secure()
param webhook string
param enabled bool

type ruleType = {
  name: string
  title: string
  description: string
  query: string
  @description('The column that is measured; empty to count rows.')
  measure: string
  aggregation: 'Count' | 'Maximum' | 'Total'
  operator: 'GreaterThan' | 'LessThan'
  threshold: int
  window: string
  frequency: string
  @description('0 critical, 1 error, 2 warning.')
  severity: 0 | 1 | 2
  dimension: string
}

var latency = loadTextContent('../../kql/alert-classify-latency.kql')
var errorRate = loadTextContent('../../kql/alert-error-rate.kql')

var rules ruleType[] = [
  {
    name: 'prediction-errors'
    title: 'Predictions fail'
    description: 'More than 5 errors of prediction or classification within an hour.'
    query: loadTextContent('../../kql/alert-prediction-errors.kql')
    measure: 'Errors'
    aggregation: 'Total'
    operator: 'GreaterThan'
    threshold: 5
    window: 'PT1H'
    frequency: 'PT15M'
    severity: 1
    dimension: ''
  }
  {
    name: 'training-failed'
    title: 'A training failed'
    description: 'At least one tech center could not be trained, or a training as a whole failed.'
    query: loadTextContent('../../kql/alert-training-failed.kql')
    measure: ''
    aggregation: 'Count'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT30M'
    frequency: 'PT15M'
    severity: 1
    dimension: 'tech_center'
  }
  {
    name: 'no-new-data'
    title: 'No new incidents for 4 hours'
    description: 'Preprocessing has read no incident for 4 hours.'
    query: loadTextContent('../../kql/alert-no-new-data.kql')
    measure: 'Incidents'
    aggregation: 'Total'
    operator: 'LessThan'
    threshold: 1
    window: 'PT4H'
    frequency: 'PT15M'
    severity: 2
    dimension: ''
  }
  {
    name: 'classify-latency-warning'
    title: 'Classification is slow'
    description: 'One in 20 requests to classify takes over 500 ms.'
    query: latency
    measure: 'P95'
    aggregation: 'Maximum'
    operator: 'GreaterThan'
    threshold: 500
    window: 'PT15M'
    frequency: 'PT5M'
    severity: 2
    dimension: ''
  }
  {
    name: 'classify-latency-critical'
    title: 'Classification is very slow'
    description: 'One in 20 requests to classify takes over 1 s.'
    query: latency
    measure: 'P95'
    aggregation: 'Maximum'
    operator: 'GreaterThan'
    threshold: 1000
    window: 'PT15M'
    frequency: 'PT5M'
    severity: 0
    dimension: ''
  }
  {
    name: 'error-rate-warning'
    title: 'Over 5 % of the invocations fail'
    description: 'More than 5 % of the invocations within an hour failed.'
    query: errorRate
    measure: 'FailedPercent'
    aggregation: 'Maximum'
    operator: 'GreaterThan'
    threshold: 5
    window: 'PT1H'
    frequency: 'PT5M'
    severity: 2
    dimension: ''
  }
  {
    name: 'error-rate-critical'
    title: 'Over 10 % of the invocations fail'
    description: 'More than 10 % of the invocations within an hour failed.'
    query: errorRate
    measure: 'FailedPercent'
    aggregation: 'Maximum'
    operator: 'GreaterThan'
    threshold: 10
    window: 'PT1H'
    frequency: 'PT5M'
    severity: 0
    dimension: ''
  }
]

var addresses = filter(map(emails, address => trim(address)), address => !empty(address))

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'pipeline'
    emailReceivers: [
      for (address, i) in addresses: { name: 'email-${i + 1}', emailAddress: address, useCommonAlertSchema: true }
    ]
    webhookReceivers: empty(webhook) ? [] : [{ name: 'webhook', serviceUri: webhook, useCommonAlertSchema: true }]
  }
}

resource alert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: '${name}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.title
      description: '${rule.description} See docs/operations.md, ${rule.name}.'
      enabled: enabled
      severity: rule.severity
      scopes: [insightsId]
      targetResourceTypes: ['microsoft.insights/components']
      windowSize: rule.window
      evaluationFrequency: rule.frequency
      autoMitigate: true
      // Tables of Application Insights have columns once the first rows have come.
      skipQueryValidation: true
      criteria: {
        allOf: [
          union(
            {
              query: rule.query
              timeAggregation: rule.aggregation
              operator: rule.operator
              threshold: rule.threshold
              dimensions: empty(rule.dimension) ? [] : [{ name: rule.dimension, operator: 'Include', values: ['*'] }]
              failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
            },
            empty(rule.measure) ? {} : { metricMeasureColumn: rule.measure }
          )
        ]
      }
      actions: { actionGroups: [group.id] }
    }
  }
]

output actionGroupId string = group.id
