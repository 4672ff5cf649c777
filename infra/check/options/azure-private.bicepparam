using '../../azure/main.bicep'

param environment = 'dev'
param stores = 1
param camerasPerStore = 2
param visitorsPerHour = 120
param premisesIssuer = 'https://issuer.example.com/cluster'
param privateSubnetId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/network/providers/Microsoft.Network/virtualNetworks/premises/subnets/doors'
param eventsZoneId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/network/providers/Microsoft.Network/privateDnsZones/privatelink.servicebus.windows.net'
param operatorGroupId = '00000000-0000-0000-0000-000000000000'
param alertEmail = 'footfall-operators@example.com'
