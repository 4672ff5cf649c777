// The Azure side of the footfall pattern: devices in, anonymized sums in, 15-second windows out.
// Nothing here holds a picture: pictures stay in the storage of the premises (../stack_hub).
targetScope = 'resourceGroup'

import { Sizes, sizesFor } from 'sizes.bicep'

@description('Which installation this is; part of every name: lowercase letters and digits.')
@minLength(2)
@maxLength(12)
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

@description('Lines and zones that a camera counts at.')
@minValue(0)
@maxValue(32)
param placesPerCamera int = 2

@description('Partitions of the event hub, at least: as many as throughput units are deployed, each takes one unit\'s load. Fixed for good. A partition without events holds all windows back: docs/windows.md.')
@minValue(1)
@maxValue(32)
param partitionCount int = 1

@description('Spread over the region\'s zones; false where a region has none.')
param zones bool = true

@description('Where the rows for a live page go: nowhere, into a Power BI dataset (Microsoft ends that on 2027-10-31), or to an event hub of their own that a Fabric Eventstream reads into an Eventhouse.')
@allowed([
  'none'
  'powerbi'
  'eventstream'
])
param liveRows string = 'none'

@description('Power BI workspace (group id); needed with liveRows powerbi.')
@maxLength(36)
param powerBiWorkspaceId string = ''

@description('Name of the Power BI workspace; needed with liveRows powerbi.')
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

@description('Issuer of the premises\' service account tokens, where Entra trusts the cluster (Azure Local, Arc): the worker then signs in as itself and no key is made. Empty: the send-only key.')
@maxLength(400)
param premisesIssuer string = ''

@description('Kubernetes namespace of the worker that signs in so.')
@minLength(1)
@maxLength(63)
param premisesCell string = 'footfall'

@description('Subnet for private endpoints of Event Hubs and the results, which then shut their public doors to all but Azure\'s trusted services. Empty: none.')
@maxLength(400)
param privateSubnetId string = ''

@description('Private DNS zone privatelink.servicebus.windows.net; empty where names are looked after elsewhere.')
@maxLength(400)
param eventsZoneId string = ''

@description('Private DNS zone privatelink.blob.(storage suffix); empty where names are looked after elsewhere.')
@maxLength(400)
param resultsZoneId string = ''

// Every name is worked out here, once: what-if can follow names that no deployed module has to hand over.
var installation = '${namePrefix}-${environment}'
var unique = uniqueString(resourceGroup().id, environment)
var names = {
  deviceHub: '${installation}-hub-${unique}'
  provisioning: '${installation}-dps-${unique}'
  events: '${installation}-events-${unique}'
  hub: 'footfall'
  windowsGroup: 'windows'
  sendRule: 'premises-send'
  job: '${installation}-windows'
  results: '${namePrefix}${unique}'
  images: '${namePrefix}${unique}'
  logs: '${installation}-logs'
  insights: '${installation}-insights'
}
var tags = {
  project: 'footfall'
  'azd-env-name': environment
}
var sizes = sizesFor({
  stores: stores
  camerasPerStore: camerasPerStore
  visitorsPerHour: visitorsPerHour
  secondsInView: secondsInView
  secondsBetweenPictures: secondsBetweenPictures
  placesPerCamera: placesPerCamera
})
var partitions = max(partitionCount, sizes.throughputUnits)

module telemetry 'modules/telemetry.bicep' = {
  params: {
    location: location
    tags: tags
    logsName: names.logs
    insightsName: names.insights
    retentionDays: logRetentionDays
  }
}

module events 'modules/events.bicep' = {
  params: {
    location: location
    tags: tags
    namespaceName: names.events
    hubName: names.hub
    windowsGroupName: names.windowsGroup
    sendRuleName: names.sendRule
    throughputUnits: sizes.throughputUnits
    partitionCount: partitions
    zones: zones
    withRowsHub: liveRows == 'eventstream'
    withSendRule: empty(premisesIssuer)
    private: !empty(privateSubnetId)
    logsId: telemetry.outputs.logsId
  }
}

module devices 'modules/devices.bicep' = {
  params: {
    location: location
    tags: tags
    hubName: names.deviceHub
    provisioningName: names.provisioning
    units: sizes.deviceHubUnits
    logsId: telemetry.outputs.logsId
  }
}

module results 'modules/results.bicep' = {
  params: {
    location: location
    tags: tags
    accountName: names.results
    zones: zones
    private: !empty(privateSubnetId)
    windowRetentionDays: windowRetentionDays
    logsId: telemetry.outputs.logsId
  }
}

module images 'modules/images.bicep' = {
  params: {
    location: location
    tags: tags
    registryName: names.images
    logsId: telemetry.outputs.logsId
  }
}

module windows 'modules/windows.bicep' = {
  params: {
    location: location
    tags: tags
    jobName: names.job
    streamingUnits: sizes.streamingUnitTenths
    namespaceName: names.events
    hubName: names.hub
    consumerGroupName: names.windowsGroup
    partitionCount: partitions
    resultsAccountName: names.results
    liveRows: liveRows
    powerBiWorkspaceId: powerBiWorkspaceId
    powerBiWorkspaceName: powerBiWorkspaceName
    powerBiDataset: installation
    logsId: telemetry.outputs.logsId
  }
  dependsOn: [
    events
    results
  ]
}

module access 'modules/access.bicep' = {
  params: {
    namespaceName: names.events
    hubName: names.hub
    withRowsHub: liveRows == 'eventstream'
    resultsAccountName: names.results
    deviceHubName: names.deviceHub
    provisioningName: names.provisioning
    jobName: names.job
    jobPrincipalId: windows.outputs.principalId
    operatorGroupId: operatorGroupId
  }
  dependsOn: [
    devices
  ]
}

module premisesIdentity 'modules/premises_identity.bicep' = if (!empty(premisesIssuer)) {
  params: {
    location: location
    tags: tags
    identityName: '${installation}-premises'
    issuer: premisesIssuer
    cell: premisesCell
    namespaceName: names.events
    hubName: names.hub
  }
  dependsOn: [
    events
  ]
}

module eventsDoor 'modules/private_endpoint.bicep' = if (!empty(privateSubnetId)) {
  params: {
    location: location
    tags: tags
    endpointName: '${installation}-events-door'
    subnetId: privateSubnetId
    targetId: events.outputs.namespaceId
    service: 'namespace'
    zoneId: eventsZoneId
  }
}

module resultsDoor 'modules/private_endpoint.bicep' = if (!empty(privateSubnetId)) {
  params: {
    location: location
    tags: tags
    endpointName: '${installation}-results-door'
    subnetId: privateSubnetId
    targetId: results.outputs.accountId
    service: 'blob'
    zoneId: resultsZoneId
  }
}

module alerts 'modules/alerts.bicep' = {
  params: {
    location: location
    tags: tags
    installation: installation
    email: alertEmail
    logsId: telemetry.outputs.logsId
    jobId: windows.outputs.jobId
    namespaceId: events.outputs.namespaceId
    resultsAccountName: names.results
    silentStoreMinutes: silentStoreMinutes
    openingHourUtc: openingHourUtc
    closingHourUtc: closingHourUtc
  }
}

@description('Host of the Event Hubs namespace; the premises send there.')
output eventHubsHost string = events.outputs.namespaceHost

@description('EVENT_HUB_NAME of the premises.')
output eventHubName string = names.hub

@description('Rule whose connection string is the premises\' EventHub setting (read it with az, it is never an output).')
output sendRuleName string = empty(premisesIssuer) ? names.sendRule : ''

@description('Client id for the worker\'s service account, where it signs in as itself.')
output premisesClientId string = premisesIdentity.?outputs.clientId ?? ''

@description('Namespace of that rule.')
output eventHubsNamespace string = names.events

@description('IoT Hub, for az iot edge deployment create.')
output deviceHubName string = names.deviceHub

@description('Device Provisioning Service, for enrolling devices.')
output provisioningName string = names.provisioning

@description('idScope in the devices\' /etc/aziot/config.toml.')
output provisioningIdScope string = devices.outputs.idScope

@description('Stream Analytics job to start.')
output jobName string = names.job

@description('Identity to add to the Power BI workspace as Contributor.')
output jobPrincipalId string = windows.outputs.principalId

@description('Storage account of the windows, hours and days.')
output resultsAccount string = names.results

@description('Registry the images are pushed to.')
output imageRegistry string = images.outputs.loginServer

@description('Log Analytics workspace that the Kubernetes cluster\'s logs should go to.')
output logsId string = telemetry.outputs.logsId

@description('Application Insights of the Functions host; docs/deploy.md reads its connection string with az.')
output insightsName string = names.insights

@description('What the sizing formula came to.')
output sizes Sizes = sizes
