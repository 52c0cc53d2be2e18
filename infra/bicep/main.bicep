// Everything that Pipeline needs in a subscription. The scope is the subscription because the resource group is made here too:
// an empty subscription and one command are enough, and deleting the group deletes everything.
targetScope = 'subscription'

import { modelType } from 'modules/openai.bicep'

@description('Tells one copy of the pipeline from another: dev, test, prod.')
@minLength(2)
@maxLength(12)
param environmentName string
param location string
param resourceGroupName string = 'rg-pipeline-${environmentName}'
param extraTags object = {}

@description('A person, group or pipeline that may set secrets, mend models and call Azure OpenAI; empty for nobody.')
param operatorPrincipalId string = ''

@description('Memory of an instance in MB. A training of 100,000 incidents needs 4096.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40
@description('Instances that are kept warm for HTTP requests; without one, the first request after a pause waits for a start.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 0
@description('When the timers run: seconds, minutes, hours, day, month, day of week, in UTC.')
param schedules { preprocess: string, pull: string, predict: string, train: string, archive: string, purgeHistory: string, watch: string, drift: string, report: string, backup: string, backupModels: string, backupChanges: string } = {
  preprocess: '0 0 * * * *'
  pull: '0 50 * * * *'
  predict: '0 0 */2 * * *'
  train: '0 0 0 1 6,12 *'
  archive: '0 0 4 1 * *'
  purgeHistory: '0 0 3 * * *'
  watch: '0 */5 * * * *'
  drift: '0 0 4 * * *'
  report: '0 0 6 * * 1'
  backup: '0 0 2 * * *'
  backupModels: '0 0 3 * * *'
  backupChanges: '0 */10 * * * *'
}

@description('Where Azure OpenAI runs, if not where everything else does.')
param openAiLocation string = location
param embedding modelType = { model: 'text-embedding-3-small', version: '1', sku: 'GlobalStandard', capacity: 120 }
param chat modelType = { model: 'gpt-5-mini', version: '2025-08-07', sku: 'GlobalStandard', capacity: 50 }
@description('Dimensions of an embedding; 0 for as many as the model makes.')
@minValue(0)
@maxValue(3072)
param embeddingDimensions int = 0

@description('The warehouse: a Google Cloud project, a dataset in it and where that is; and how the app proves to Google who it is.')
param bigQuery {
  projectId: string
  dataset: string
  location: string
  @description('The provider of a workload identity pool, as //iam.googleapis.com/projects/NUMBER/...; empty where Key Vault holds a key.')
  federationAudience: string
  @description('The application ID URI that the app asks Azure a token for, such as api://pipeline-bigquery.')
  federationResource: string
}

@description('Where the state of orchestrations is kept. docs/deploy.md says when to change it.')
param durableBackend 'AzureStorage' | 'DurableTaskScheduler' = 'AzureStorage'
@allowed(['Consumption', 'Dedicated'])
param durableTaskSchedulerSku string = 'Consumption'

@description('How models are copied: GRS, GZRS and their readable kinds keep a copy in the paired region, which a failover needs.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS', 'Standard_RAGRS', 'Standard_RAGZRS'])
param modelStorageSku string = 'Standard_LRS'
@description('Encrypt the storage accounts by a key of the vault that is yours to rotate and to take away. Storage that has lost its key cannot be read by anybody.')
param customerManagedKey bool = false
@description('A second region in which the app waits, deployed and stopped, for a failover (docs/recovery.md); empty for none. Needs a modelStorageSku that keeps a copy there.')
param standbyLocation string = ''
@minValue(1)
@maxValue(365)
param softDeleteDays int = 30
@description('Days after which imported files, which hold personal data as they came, are deleted.')
@minValue(1)
@maxValue(3650)
param importedFileDays int = 90

@description('Days for which nothing of the audit can be changed or deleted by anybody.')
@minValue(1)
@maxValue(36500)
param auditDays int = 365

@description('The instance of ServiceNow that incidents are pulled from; empty for none. Its secrets are kept in the Key Vault: ServiceNow--ClientSecret or ServiceNow--Password.')
param serviceNow { instance: string, table: string, query: string, clientId: string, userName: string } = {
  instance: ''
  table: 'incident'
  query: ''
  clientId: ''
  userName: ''
}
@description('A table or view in BigQuery that incidents are taken over from, such as project.servicenow.incident; empty for none.')
param bigQuerySourceTable string = ''

@allowed([30, 60, 90, 120, 180, 270, 365, 550, 730])
param logRetentionDays int = 30
@description('The most telemetry that is taken in per day, in GB; -1 for no limit.')
param logDailyCapGb int = 1

@description('Who gets alerts by e-mail: as many addresses as are on call; empty for nobody.')
param alertEmails string[] = []
@description('What is called with alerts; empty for nothing.')
@secure()
param alertWebhook string = ''
param alertsEnabled bool = true
@description('For whom tokens of Entra ID must be issued: the URI of the application registration, its id, or both, separated by commas; empty where keys alone are taken.')
param accessAudience string = ''

@description('A function key, so that the availability test asks /api/ready and not /api/health only; empty before the first deployment.')
@secure()
param readyKey string = ''
@description('What may be spent in a month, in the currency of the subscription: at 50, 80 and 100 % the addresses of alertEmails are told. 0 for no budget.')
@minValue(0)
param monthlyBudget int = 0
@description('The month in which the budget begins, as its first day.')
param budgetStart string = utcNow('yyyy-MM-01')

@description('Storage, secrets and models at private addresses only, and the app in a network.')
param privateNetworking bool = false
param networkAddressPrefix string = '10.80.0.0/24'
@description('The resource ID of a network whose machines may reach the private addresses, so that data gets in; empty for none. Its owner makes the other half of the peering.')
param peerNetworkId string = ''

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = union(extraTags, { 'azd-env-name': environmentName, application: 'pipeline' })
// How long ended orchestrations are shown. The scheduler keeps them no longer than this: 30 days in its Consumption SKU, 90 in the Dedicated one.
var historyDays = durableBackend == 'DurableTaskScheduler' && durableTaskSchedulerSku == 'Consumption' ? 30 : 90
var functionAppName = 'func-pipeline-${token}'

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: resourceGroupName
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { location: location, tags: tags, name: 'id-pipeline-${token}' }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceName: 'log-pipeline-${token}'
    insightsName: 'appi-pipeline-${token}'
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
    principalId: identity.outputs.principalId
  }
}

module hostStorage 'modules/host-storage.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: 'sthost${token}'
    privateNetworking: privateNetworking
    workspaceId: monitoring.outputs.workspaceId
    principalId: identity.outputs.principalId
    customerKey: customerManagedKey ? encryptionKey!.outputs.customerKey : null
  }
}

module modelStorage 'modules/model-storage.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: 'stmodels${token}'
    sku: modelStorageSku
    softDeleteDays: softDeleteDays
    importedFileDays: importedFileDays
    auditDays: auditDays
    privateNetworking: privateNetworking
    workspaceId: monitoring.outputs.workspaceId
    principalId: identity.outputs.principalId
    operatorPrincipalId: operatorPrincipalId
    topicName: 'evgt-pipeline-${token}'
    customerKey: customerManagedKey ? encryptionKey!.outputs.customerKey : null
  }
}

module keyVault 'modules/key-vault.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: 'kv-${token}'
    privateNetworking: privateNetworking
    workspaceId: monitoring.outputs.workspaceId
    principalId: identity.outputs.principalId
    operatorPrincipalId: operatorPrincipalId
  }
}

module encryptionKey 'modules/encryption-key.bicep' = if (customerManagedKey) {
  scope: group
  params: { location: location, tags: tags, vaultName: keyVault.outputs.name, keyName: 'storage', identityName: 'id-storage-${token}' }
}

module openAi 'modules/openai.bicep' = {
  scope: group
  params: {
    location: openAiLocation
    tags: tags
    name: 'oai-pipeline-${token}'
    embedding: embedding
    chat: chat
    privateNetworking: privateNetworking
    workspaceId: monitoring.outputs.workspaceId
    principalId: identity.outputs.principalId
    operatorPrincipalId: operatorPrincipalId
  }
}

module network 'modules/network.bicep' = if (privateNetworking) {
  scope: group
  params: {
    location: location
    tags: tags
    name: 'vnet-pipeline-${token}'
    addressPrefix: networkAddressPrefix
    peerNetworkId: peerNetworkId
    endpoints: [
      {
        name: 'host-blob'
        resourceId: hostStorage.outputs.id
        group: 'blob'
      }
      {
        name: 'host-queue'
        resourceId: hostStorage.outputs.id
        group: 'queue'
      }
      {
        name: 'host-table'
        resourceId: hostStorage.outputs.id
        group: 'table'
      }
      {
        name: 'models-blob'
        resourceId: modelStorage.outputs.id
        group: 'blob'
      }
      {
        name: 'models-queue'
        resourceId: modelStorage.outputs.id
        group: 'queue'
      }
      { name: 'secrets', resourceId: keyVault.outputs.id, group: 'vault' }
      { name: 'openai', resourceId: openAi.outputs.id, group: 'account' }
    ]
  }
}

module scheduler 'modules/durable-task-scheduler.bicep' = if (durableBackend == 'DurableTaskScheduler') {
  scope: group
  params: {
    location: location
    tags: tags
    name: 'dts-pipeline-${token}'
    taskHubName: 'PipelineTraining'
    sku: durableTaskSchedulerSku
    retentionDays: historyDays
    ipAllowlist: privateNetworking ? ['${network!.outputs.outboundAddress}/32'] : ['0.0.0.0/0']
    clientId: identity.outputs.clientId
    principalId: identity.outputs.principalId
  }
}

// How Google exchanges the app's token of Azure for one of its own. The app puts the two variables of its instance in.
var federation = {
  type: 'external_account'
  audience: bigQuery.federationAudience
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt'
  token_url: 'https://sts.googleapis.com/v1/token'
  credential_source: {
    url: '%IDENTITY_ENDPOINT%?api-version=2019-08-01&resource=${uriComponent(bigQuery.federationResource)}&client_id=${identity.outputs.clientId}'
    headers: { 'X-IDENTITY-HEADER': '%IDENTITY_HEADER%' }
    format: { type: 'json', subject_token_field_name: 'access_token' }
  }
}

// Names as the environment writes them: __ for a colon. Nothing here is a secret.
var appSettings = {
  APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.outputs.clientId};Authorization=AAD'
  AZURE_CLIENT_ID: identity.outputs.clientId

  AzureWebJobsStorage__accountName: hostStorage.outputs.name
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.outputs.clientId

  ObjectStore__Kind: 'AzureBlobs'
  ModelStorage__blobServiceUri: modelStorage.outputs.blobServiceUri
  ModelStorage__queueServiceUri: modelStorage.outputs.queueServiceUri
  ModelStorage__credential: 'managedidentity'
  ModelStorage__clientId: identity.outputs.clientId

  Embedder__Kind: 'AzureOpenAI'
  Labeller__Kind: 'AzureOpenAI'
  AzureOpenAI__Endpoint: openAi.outputs.endpoint
  AzureOpenAI__EmbeddingDeployment: openAi.outputs.embeddingDeployment
  AzureOpenAI__ChatDeployment: openAi.outputs.chatDeployment
  AzureOpenAI__Dimensions: embeddingDimensions == 0 ? '' : string(embeddingDimensions)
  // A deployment's capacity is a thousand tokens a minute, with 6 requests for an embedding model and 1 for a chat model.
  AzureOpenAI__TokensPerMinute: string(embedding.capacity * 1000)
  AzureOpenAI__RequestsPerMinute: string(embedding.capacity * 6)
  AzureOpenAI__ChatTokensPerMinute: string(chat.capacity * 1000)
  AzureOpenAI__ChatRequestsPerMinute: string(chat.capacity)

  KeyVault__Uri: keyVault.outputs.uri

  // The host keeps its keys where the app reads its settings: the app checks them itself (docs/access.md).
  AzureWebJobsSecretStorageType: 'keyvault'
  AzureWebJobsSecretStorageKeyVaultUri: keyVault.outputs.uri
  AzureWebJobsSecretStorageKeyVaultClientId: identity.outputs.clientId

  Access__Authority: empty(accessAudience) ? '' : '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
  Access__Audience: accessAudience
  Access__TenantId: tenant().tenantId

  Warehouse__Kind: 'BigQuery'
  BigQuery__ProjectId: bigQuery.projectId
  BigQuery__Dataset: bigQuery.dataset
  BigQuery__Location: bigQuery.location

  BigQuery__SourceTable: bigQuerySourceTable

  ServiceNow__Instance: serviceNow.instance
  ServiceNow__Table: serviceNow.table
  ServiceNow__Query: serviceNow.query
  ServiceNow__ClientId: serviceNow.clientId
  ServiceNow__UserName: serviceNow.userName

  PreprocessSchedule: schedules.preprocess
  PullSchedule: schedules.pull
  PredictSchedule: schedules.predict
  TrainSchedule: schedules.train
  ArchiveSchedule: schedules.archive
  PurgeHistorySchedule: schedules.purgeHistory
  WatchSchedule: schedules.watch
  DriftSchedule: schedules.drift
  ReportSchedule: schedules.report
  BackupSchedule: schedules.backup
  BackupModelsSchedule: schedules.backupModels
  BackupChangesSchedule: schedules.backupChanges
  // The rules are looked at by Azure Monitor: modules/alerts.bicep.
  Alerts__EvaluateRules: 'false'
  History__RetentionDays: string(historyDays)
}

// Without federation, the credentials are a secret of Key Vault.
var federationSettings = empty(bigQuery.federationAudience) ? {} : { BigQuery__Credentials: string(federation) }

// What host.json says of orchestrations, said anew.
var schedulerSettings = durableBackend == 'AzureStorage'
  ? {}
  : {
      DURABLE_TASK_SCHEDULER_CONNECTION_STRING: scheduler!.outputs.connection
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
    }

module functions 'modules/functions.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: functionAppName
    planName: 'plan-pipeline-${token}'
    identityId: identity.outputs.id
    deploymentUrl: hostStorage.outputs.deploymentUrl
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    subnetId: privateNetworking ? network!.outputs.functionsSubnetId : ''
    appSettings: union(appSettings, federationSettings, schedulerSettings)
    workspaceId: monitoring.outputs.workspaceId
  }
}

// What the host in the second region keeps for itself is its own: timers begin anew there, and orchestrations under way are begun again by the timers and files that wait.
module standbyStorage 'modules/host-storage.bicep' = if (!empty(standbyLocation)) {
  scope: group
  params: {
    location: standbyLocation
    tags: tags
    name: 'stwait${token}'
    privateNetworking: privateNetworking ? fail('standbyLocation cannot be combined with privateNetworking: the second region has no network of this template.') : false
    workspaceId: monitoring.outputs.workspaceId
    principalId: identity.outputs.principalId
  }
}

module standby 'modules/functions.bicep' = if (!empty(standbyLocation)) {
  scope: group
  params: {
    location: standbyLocation
    tags: tags
    name: 'func-standby-${token}'
    planName: 'plan-standby-${token}'
    identityId: identity.outputs.id
    deploymentUrl: standbyStorage!.outputs.deploymentUrl
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: 0
    subnetId: ''
    appSettings: union(appSettings, federationSettings, schedulerSettings, { AzureWebJobsStorage__accountName: standbyStorage!.outputs.name })
    workspaceId: monitoring.outputs.workspaceId
    standby: true
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: 'alert-pipeline-${environmentName}'
    insightsId: monitoring.outputs.insightsId
    emails: alertEmails
    webhook: alertWebhook
    enabled: alertsEnabled
    appUrl: 'https://${functions.outputs.hostName}'
    readyKey: readyKey
  }
}

module budget 'modules/budget.bicep' = if (monthlyBudget > 0) {
  scope: group
  params: { name: 'budget-pipeline-${environmentName}', amount: monthlyBudget, start: budgetStart, emails: alertEmails }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: { location: location, tags: tags, insightsId: monitoring.outputs.insightsId }
}

output AZURE_RESOURCE_GROUP string = group.name
output FUNCTION_APP_NAME string = functions.outputs.name
output FUNCTION_APP_URL string = 'https://${functions.outputs.hostName}'
output STANDBY_APP_NAME string = empty(standbyLocation) ? '' : standby!.outputs.name
output EVENT_TOPIC_NAME string = modelStorage.outputs.topicName
output MODEL_STORAGE_ACCOUNT string = modelStorage.outputs.name
output MODEL_BLOB_SERVICE_URI string = modelStorage.outputs.blobServiceUri
output KEY_VAULT_NAME string = keyVault.outputs.name
output AZURE_OPENAI_ENDPOINT string = openAi.outputs.endpoint
output EMBEDDING_DEPLOYMENT string = openAi.outputs.embeddingDeployment
output CHAT_DEPLOYMENT string = openAi.outputs.chatDeployment
output EMBEDDING_DIMENSIONS string = appSettings.AzureOpenAI__Dimensions
output EMBEDDING_TOKENS_PER_MINUTE string = appSettings.AzureOpenAI__TokensPerMinute
output EMBEDDING_REQUESTS_PER_MINUTE string = appSettings.AzureOpenAI__RequestsPerMinute
output CHAT_TOKENS_PER_MINUTE string = appSettings.AzureOpenAI__ChatTokensPerMinute
output CHAT_REQUESTS_PER_MINUTE string = appSettings.AzureOpenAI__ChatRequestsPerMinute
output BIGQUERY_DATASET string = bigQuery.dataset
output BIGQUERY_LOCATION string = bigQuery.location
output IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
