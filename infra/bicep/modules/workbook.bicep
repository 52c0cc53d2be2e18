// The pipeline's charts. Their layout is workbook.json; a chart named X shows the query workbook-X.kql.
param location string
param tags object
param insightsId string

var queries = {
  incidents: loadTextContent('../../kql/workbook-incidents.kql')
  'data-lag': loadTextContent('../../kql/workbook-data-lag.kql')
  predictions: loadTextContent('../../kql/workbook-predictions.kql')
  'noise-share': loadTextContent('../../kql/workbook-noise-share.kql')
  confidence: loadTextContent('../../kql/workbook-confidence.kql')
  training: loadTextContent('../../kql/workbook-training.kql')
  embedding: loadTextContent('../../kql/workbook-embedding.kql')
  'classify-latency': loadTextContent('../../kql/workbook-classify-latency.kql')
  errors: loadTextContent('../../kql/workbook-errors.kql')
  failures: loadTextContent('../../kql/workbook-failures.kql')
}
var layout = loadJsonContent('../workbook.json')
var items = map(
  layout.items,
  item =>
    contains(queries, item.name)
      ? union(
          item,
          { content: union(item.content, { query: queries[item.name], crossComponentResources: [insightsId] }) }
        )
      : item
)

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(insightsId, 'pipeline-workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Pipeline'
    category: 'workbook'
    version: 'Notebook/1.0'
    sourceId: insightsId
    serializedData: string(union(layout, { items: items, fallbackResourceIds: [insightsId] }))
  }
}

output id string = workbook.id
