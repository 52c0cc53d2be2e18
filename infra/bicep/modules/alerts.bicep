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

@description('The app, such as https://func-pipeline-x.azurewebsites.net.')
param appUrl string
@description('A function key for the availability test of /api/ready; empty for one of /api/health, which asks for none and tells less.')
@secure()
param readyKey string

// The one source of the rules, here and in the app; a test of its own is no rule.
var rules = filter(loadJsonContent('../../../src/Pipeline/Alerts/alert-rules.json').rules, rule => rule.name != 'test')
var severities = { critical: 0, error: 1, warning: 2, notice: 3 }

var queries = {
  'alert-prediction-errors': loadTextContent('../../kql/alert-prediction-errors.kql')
  'alert-training-failed': loadTextContent('../../kql/alert-training-failed.kql')
  'alert-no-new-data': loadTextContent('../../kql/alert-no-new-data.kql')
  'alert-error-rate': loadTextContent('../../kql/alert-error-rate.kql')
  'alert-classify-latency': loadTextContent('../../kql/alert-classify-latency.kql')
  'alert-cpu': loadTextContent('../../kql/alert-cpu.kql')
  'alert-memory': loadTextContent('../../kql/alert-memory.kql')
  'alert-disk': loadTextContent('../../kql/alert-disk.kql')
  'alert-service-down': loadTextContent('../../kql/alert-service-down.kql')
  'alert-event': loadTextContent('../../kql/alert-event.kql')
}

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
      severity: severities[rule.severity]
      scopes: [insightsId]
      targetResourceTypes: ['microsoft.insights/components']
      windowSize: rule.azure.window
      evaluationFrequency: rule.azure.frequency
      autoMitigate: true
      // Tables of Application Insights have columns once the first rows have come.
      skipQueryValidation: true
      criteria: {
        allOf: [
          union(
            {
              query: replace(queries[rule.azure.query], '{rule}', rule.name)
              timeAggregation: rule.azure.aggregation
              operator: rule.azure.operator
              threshold: rule.azure.threshold
              dimensions: empty(rule.azure.dimension) ? [] : [{ name: rule.azure.dimension, operator: 'Include', values: ['*'] }]
              failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
            },
            empty(rule.azure.measure) ? {} : { metricMeasureColumn: rule.azure.measure }
          )
        ]
      }
      actions: { actionGroups: [group.id] }
    }
  }
]

// Asks from outside, from three places, every five minutes: the shortest that there is.
resource availability 'Microsoft.Insights/webtests@2022-06-15' = {
  name: '${name}-ready'
  location: location
  tags: union(tags, { 'hidden-link:${insightsId}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: '${name}-ready'
    Name: 'The pipeline is ready'
    Enabled: enabled
    Frequency: 300
    Timeout: 60
    Kind: 'standard'
    RetryEnabled: true
    Locations: [{ Id: 'emea-nl-ams-azr' }, { Id: 'us-va-ash-azr' }, { Id: 'apac-sg-sin-azr' }]
    Request: {
      RequestUrl: '${appUrl}/api/${empty(readyKey) ? 'health' : 'ready'}'
      HttpVerb: 'GET'
      ParseDependentRequests: false
      FollowRedirects: false
      Headers: empty(readyKey) ? [] : [{ key: 'x-functions-key', value: readyKey }]
    }
    ValidationRules: { ExpectedHttpStatusCode: 200, SSLCheck: true, SSLCertRemainingLifetimeCheck: 7 }
  }
}

output actionGroupId string = group.id
