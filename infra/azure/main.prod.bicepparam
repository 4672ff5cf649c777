using 'main.bicep'

param environment = 'prod'
param stores = 250
param camerasPerStore = 4
param visitorsPerHour = 240
param secondsInView = 30
param secondsBetweenPictures = 5
param windowRetentionDays = 400
param logRetentionDays = 90

// The two that only you know: `azd` or the shell sets them, or write them here.
param operatorGroupId = readEnvironmentVariable('OPERATOR_GROUP_ID', '00000000-0000-0000-0000-000000000000')
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', 'footfall-operators@example.com')
