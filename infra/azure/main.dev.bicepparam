using 'main.bicep'

param environment = 'dev'
param stores = 1
param camerasPerStore = 2
param visitorsPerHour = 120
param secondsInView = 30
param secondsBetweenPictures = 5
param silentStoreMinutes = 1440
param windowRetentionDays = 30

// The two that only you know: `azd` or the shell sets them, or write them here.
param operatorGroupId = readEnvironmentVariable('OPERATOR_GROUP_ID', '00000000-0000-0000-0000-000000000000')
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', 'footfall-operators@example.com')
