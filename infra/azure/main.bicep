// The Azure side of the footfall pattern: devices in, anonymized events in, 15-second windows out.
// Nothing here holds a picture: pictures stay in the storage of the premises (../stack_hub).
targetScope = 'resourceGroup'

@description('Which installation this is; part of every name.')
@allowed([
  'dev'
  'test'
  'prod'
])
param environment string

@description('Region of all resources; the resource group\'s own unless told otherwise.')
@minLength(3)
@maxLength(40)
param location string = resourceGroup().location

@description('Start of every name: lowercase letters and digits, beginning with a letter.')
@minLength(3)
@maxLength(8)
param namePrefix string = 'footfall'

@description('Stores that send events.')
@minValue(1)
@maxValue(100000)
param stores int

@description('Cameras in a store; each is one IoT Edge device.')
@minValue(1)
@maxValue(1000)
param camerasPerStore int

@description('Visitors who come before one camera in the busiest hour.')
@minValue(1)
@maxValue(20000)
param visitorsPerHour int

@description('How long a visitor stays before the camera, seconds.')
@minValue(1)
@maxValue(3600)
param secondsInView int = 30

@description('The edge module\'s TimeBetweenPicturesInSeconds, whole seconds.')
@minValue(1)
@maxValue(3600)
param secondsBetweenPictures int = 5

@description('Partitions of the event hub, fixed for good. A partition without events holds all windows back: docs/windows.md.')
@minValue(1)
@maxValue(32)
param partitionCount int = 1

@description('Power BI workspace (group id). Empty: the rows meant for Power BI go to storage, so that the job can start.')
@maxLength(36)
param powerBiWorkspaceId string = ''

@description('Name of the Power BI workspace; needed with powerBiWorkspaceId.')
@maxLength(256)
param powerBiWorkspaceName string = ''

@description('Object id of the Entra group whose members manage devices and read the results.')
@minLength(36)
@maxLength(36)
param operatorGroupId string

@description('Who is told when an alert fires.')
@minLength(6)
@maxLength(254)
param alertEmail string

@description('A store that was silent for so many minutes during opening hours raises an alert.')
@minValue(15)
@maxValue(1440)
param silentStoreMinutes int = 60

@description('Hour (UTC) from which a silent store is worth an alert.')
@minValue(0)
@maxValue(23)
param openingHourUtc int = 8

@description('Hour (UTC) from which a silent store is expected again.')
@minValue(1)
@maxValue(24)
param closingHourUtc int = 20

@description('Days that logs are kept. They carry counts and device names, never people.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Days that 15-second rows are kept; hours and days are kept four times as long.')
@minValue(7)
@maxValue(3650)
param windowRetentionDays int = 400

var names = {
  dashboard: '${namePrefix}-${environment}'
  deviceHub: '${namePrefix}-${environment}-hub-${uniqueString(resourceGroup().id, environment)}'
  provisioning: '${namePrefix}-${environment}-dps-${uniqueString(resourceGroup().id, environment)}'
  events: '${namePrefix}-${environment}-events-${uniqueString(resourceGroup().id, environment)}'
  job: '${namePrefix}-${environment}-windows'
  results: '${namePrefix}${uniqueString(resourceGroup().id, environment)}'
  images: '${namePrefix}${uniqueString(resourceGroup().id, environment)}'
  logs: '${namePrefix}-${environment}-logs'
  insights: '${namePrefix}-${environment}-insights'
  alerts: '${namePrefix}-${environment}'
}

// Sizes. docs/deploy.md explains the formula; `python -m local size` works out the same figures.
var peakFactor = 2
var eventsPerVisitor = 1 + secondsInView / secondsBetweenPictures
var eventsPerHour = stores * camerasPerStore * visitorsPerHour * eventsPerVisitor
var peakEventsPerSecond = max(1, (eventsPerHour * peakFactor + 3599) / 3600)
var throughputUnits = min(40, (peakEventsPerSecond + 999) / 1000)
var unitTenths = (peakEventsPerSecond + 249) / 250
var streamingUnits = unitTenths <= 3 ? 3 : (unitTenths <= 7 ? 7 : min(660, ((unitTenths + 9) / 10) * 10))
var deviceHubUnits = min(200, (stores * camerasPerStore * 2000 + 399999) / 400000)

module telemetry 'modules/telemetry.bicep' = {
  name: 'telemetry'
  params: {
    location: location
    logsName: names.logs
    insightsName: names.insights
    retentionDays: logRetentionDays
  }
}

module events 'modules/events.bicep' = {
  name: 'events'
  params: {
    location: location
    namespaceName: names.events
    throughputUnits: throughputUnits
    partitionCount: partitionCount
    logsId: telemetry.outputs.logsId
  }
}

module devices 'modules/devices.bicep' = {
  name: 'devices'
  params: {
    location: location
    hubName: names.deviceHub
    provisioningName: names.provisioning
    units: deviceHubUnits
    logsId: telemetry.outputs.logsId
  }
}

module results 'modules/results.bicep' = {
  name: 'results'
  params: {
    location: location
    accountName: names.results
    windowRetentionDays: windowRetentionDays
    logsId: telemetry.outputs.logsId
  }
}

module images 'modules/images.bicep' = {
  name: 'images'
  params: {
    location: location
    registryName: names.images
    logsId: telemetry.outputs.logsId
  }
}

module windows 'modules/windows.bicep' = {
  name: 'windows'
  params: {
    location: location
    jobName: names.job
    streamingUnits: streamingUnits
    namespaceName: events.outputs.namespaceName
    hubName: events.outputs.hubName
    consumerGroupName: events.outputs.windowsGroupName
    partitionCount: partitionCount
    resultsAccountName: results.outputs.accountName
    powerBiWorkspaceId: powerBiWorkspaceId
    powerBiWorkspaceName: powerBiWorkspaceName
    powerBiDataset: names.dashboard
    logsId: telemetry.outputs.logsId
  }
}

module access 'modules/access.bicep' = {
  name: 'access'
  params: {
    namespaceName: events.outputs.namespaceName
    hubName: events.outputs.hubName
    resultsAccountName: results.outputs.accountName
    deviceHubName: devices.outputs.hubName
    provisioningName: devices.outputs.provisioningName
    jobPrincipalId: windows.outputs.principalId
    operatorGroupId: operatorGroupId
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    location: location
    groupName: names.alerts
    email: alertEmail
    logsId: telemetry.outputs.logsId
    jobId: windows.outputs.jobId
    namespaceId: events.outputs.namespaceId
    resultsAccountName: results.outputs.accountName
    silentStoreMinutes: silentStoreMinutes
    openingHourUtc: openingHourUtc
    closingHourUtc: closingHourUtc
  }
}

@description('Host of the Event Hubs namespace; the premises send there.')
output eventHubsHost string = events.outputs.namespaceHost

@description('EVENT_HUB_NAME of the premises.')
output eventHubName string = events.outputs.hubName

@description('Rule whose connection string is the premises\' EventHub setting (read it with az, it is never an output).')
output sendRuleName string = events.outputs.sendRuleName

@description('Namespace of that rule.')
output eventHubsNamespace string = events.outputs.namespaceName

@description('IoT Hub, for az iot edge deployment create.')
output deviceHubName string = devices.outputs.hubName

@description('Device Provisioning Service, for enrolling devices.')
output provisioningName string = devices.outputs.provisioningName

@description('idScope in the devices\' /etc/aziot/config.toml.')
output provisioningIdScope string = devices.outputs.idScope

@description('Stream Analytics job to start.')
output jobName string = windows.outputs.jobName

@description('Identity to add to the Power BI workspace as Contributor.')
output jobPrincipalId string = windows.outputs.principalId

@description('Storage account of the windows, hours and days.')
output resultsAccount string = results.outputs.accountName

@description('Registry the images are pushed to.')
output imageRegistry string = images.outputs.loginServer

@description('Log Analytics workspace that the Kubernetes cluster\'s logs should go to.')
output logsId string = telemetry.outputs.logsId

@description('What the sizing formula came to.')
output sizes object = {
  peakEventsPerSecond: peakEventsPerSecond
  throughputUnits: throughputUnits
  streamingUnitTenths: streamingUnits
  deviceHubUnits: deviceHubUnits
}
