using '../../stack_hub/function_app.json'

param namePrefix = 'footfall'
param planSku = 'S1'
param pictureStorage = 'a stand-in for what only the deployment knows'
param eventHubConnection = 'a stand-in for what only the deployment knows'
param eventHubName = 'footfall'
param faceApiEndpoint = 'https://face-api.footfall.local:5000'
param faceApiKey = 'a stand-in for what only the deployment knows'
param anonymizationKey = 'a stand-in for what only the deployment knows'
param visitorMemory = ''
param pictureRetentionMinutes = 1440
param applicationInsights = 'a stand-in for what only the deployment knows'
