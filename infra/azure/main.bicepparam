// What `azd up` deploys: `azd env set NAME VALUE` sets what is read here.
using 'main.bicep'

param environment = readEnvironmentVariable('AZURE_ENV_NAME', 'test')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param stores = int(readEnvironmentVariable('STORES', '5'))
param camerasPerStore = int(readEnvironmentVariable('CAMERAS_PER_STORE', '4'))
param visitorsPerHour = int(readEnvironmentVariable('VISITORS_PER_HOUR', '240'))
param operatorGroupId = readEnvironmentVariable('OPERATOR_GROUP_ID', '00000000-0000-0000-0000-000000000000')
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', 'footfall-operators@example.com')
