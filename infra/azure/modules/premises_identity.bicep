// The worker on the premises as an identity of Entra's instead of a key: for clusters whose tokens Entra trusts (Azure
// Local and Arc-enabled Kubernetes with workload identity). It may send to the hub, and nothing else.

import { Tags } from '../types.bicep'

@description('Region.')
param location string

@description('Tags of every resource.')
param tags Tags

@description('Name of the identity.')
@minLength(3)
@maxLength(128)
param identityName string

@description('Issuer of the cluster\'s service account tokens.')
@maxLength(400)
param issuer string

@description('Kubernetes namespace of the cell.')
@minLength(1)
@maxLength(63)
param cell string

@description('Event Hubs namespace.')
param namespaceName string

@description('Event hub.')
param hubName string

resource namespace 'Microsoft.EventHub/namespaces@2026-01-01' existing = {
  name: namespaceName
}

resource eventHub 'Microsoft.EventHub/namespaces/eventhubs@2026-01-01' existing = {
  parent: namespace
  name: hubName
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: identityName
  location: location
  tags: tags
}

resource worker 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30' = {
  parent: identity
  name: 'worker'
  properties: {
    issuer: issuer
    subject: 'system:serviceaccount:${cell}:worker'
    audiences: [
      'api://AzureADTokenExchange'
    ]
  }
}

resource workerSends 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: eventHub
  name: guid(eventHub.id, identityName, roleDefinitions('Azure Event Hubs Data Sender').id)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinitions('Azure Event Hubs Data Sender').id
  }
}

@description('Client id, for the worker\'s service account.')
output clientId string = identity.properties.clientId
