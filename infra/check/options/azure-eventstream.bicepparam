using '../../azure/main.bicep'

param environment = 'dev'
param stores = 1
param camerasPerStore = 2
param visitorsPerHour = 120
param liveRows = 'eventstream'
param operatorGroupId = '00000000-0000-0000-0000-000000000000'
param alertEmail = 'footfall-operators@example.com'
param zones = false
