"""What Azure accepts, where the types leave it open: names (Microsoft's naming rules), SKUs, roles, logs, metrics."""

import re

NAMES: dict[str, re.Pattern[str]] = {
    kind.lower(): re.compile(pattern)
    for kind, pattern in {
        "Microsoft.ContainerRegistry/registries": r"[A-Za-z0-9]{5,50}",
        "Microsoft.Devices/IotHubs": r"[A-Za-z0-9][A-Za-z0-9-]{1,48}[A-Za-z0-9]",
        "Microsoft.Devices/provisioningServices": r"[A-Za-z0-9][A-Za-z0-9-]{1,62}[A-Za-z0-9]",
        "Microsoft.EventHub/namespaces": r"[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]",
        "Microsoft.EventHub/namespaces/eventhubs": r"[A-Za-z0-9]([A-Za-z0-9._-]{0,254}[A-Za-z0-9])?",
        "Microsoft.EventHub/namespaces/eventhubs/consumergroups": r"[A-Za-z0-9]([A-Za-z0-9._-]{0,48}[A-Za-z0-9])?",
        "Microsoft.Insights/actionGroups": r"[^:<>+/&%\\?|]{0,259}[^:<>+/&%\\?| .]",
        "Microsoft.Insights/components": r"[^%&\\?/]{0,259}[^%&\\?/ .]",
        "Microsoft.Insights/metricAlerts": r"[^*#&+:<>?@%{}\\/]{0,259}[^*#&+:<>?@%{}\\/ .]",
        "Microsoft.Insights/scheduledQueryRules": r"[^*<>%{}&:\\?/#]{0,259}[^*<>%{}&:\\?/# .]",
        "Microsoft.KeyVault/vaults": r"[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]",
        "Microsoft.KeyVault/vaults/secrets": r"[A-Za-z0-9-]{1,127}",
        "Microsoft.OperationalInsights/workspaces": r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]",
        "Microsoft.Storage/storageAccounts": r"[a-z0-9]{3,24}",
        "Microsoft.Storage/storageAccounts/blobServices/containers": r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
        "Microsoft.StreamAnalytics/streamingjobs": r"[A-Za-z0-9_-]{3,63}",
        "Microsoft.StreamAnalytics/streamingjobs/inputs": r"[A-Za-z0-9_-]{3,63}",
        "Microsoft.StreamAnalytics/streamingjobs/outputs": r"[A-Za-z0-9_-]{3,63}",
        "Microsoft.Web/serverfarms": r"[A-Za-z0-9-]{1,40}",
        "Microsoft.Web/sites": r"[A-Za-z0-9][A-Za-z0-9-]{0,58}[A-Za-z0-9]",
    }.items()
}
"""Full-match patterns for the last part of a resource's name."""

SKUS: dict[str, frozenset[str]] = {
    kind.lower(): frozenset(names.split())
    for kind, names in {
        "Microsoft.ContainerRegistry/registries": "Basic Standard Premium",
        "Microsoft.Devices/IotHubs": "F1 S1 S2 S3 B1 B2 B3",
        "Microsoft.Devices/provisioningServices": "S1",
        "Microsoft.EventHub/namespaces": "Basic Standard Premium",
        "Microsoft.KeyVault/vaults": "standard premium",
        "Microsoft.OperationalInsights/workspaces": "PerGB2018 CapacityReservation",
        "Microsoft.Storage/storageAccounts": (
            "Standard_LRS Standard_ZRS Standard_GRS Standard_RAGRS Standard_GZRS Standard_RAGZRS "
            "Premium_LRS Premium_ZRS"
        ),
        "Microsoft.StreamAnalytics/streamingjobs": "Standard StandardV2",
        "Microsoft.Web/serverfarms": "F1 D1 B1 B2 B3 S1 S2 S3 Y1 P1v2 P2v2 P3v2 P1v3 P2v3 P3v3",
    }.items()
}

ROLES = frozenset(
    {
        "Azure Event Hubs Data Receiver",
        "Azure Event Hubs Data Sender",
        "Storage Blob Data Contributor",
        "Storage Blob Data Reader",
        "IoT Hub Data Contributor",
        "Device Provisioning Service Data Contributor",
    }
)
"""Roles a grant may give; Owner, Contributor and the like are not here on purpose."""

LOGS: dict[str, frozenset[str]] = {
    kind.lower(): frozenset(names.split())
    for kind, names in {
        "Microsoft.ContainerRegistry/registries": "ContainerRegistryLoginEvents ContainerRegistryRepositoryEvents",
        "Microsoft.Devices/IotHubs": (
            "C2DCommands C2DTwinOperations Configurations Connections D2CTwinOperations DeviceIdentityOperations "
            "DeviceStreams DeviceTelemetry DirectMethods DistributedTracing FileUploadOperations JobsOperations Routes "
            "TwinQueries"
        ),
        "Microsoft.Devices/provisioningServices": "DeviceOperations ServiceOperations",
        "Microsoft.EventHub/namespaces": (
            "ArchiveLogs AutoScaleLogs CustomerManagedKeyUserLogs EventHubVNetConnectionEvent KafkaCoordinatorLogs "
            "KafkaUserErrorLogs OperationalLogs"
        ),
        "Microsoft.Storage/storageAccounts/blobServices": "StorageDelete StorageRead StorageWrite",
        "Microsoft.StreamAnalytics/streamingjobs": "Authoring Execution",
    }.items()
}
"""Categories of resource logs, as a third party's table has them: Microsoft's present pages leave the words out."""

_SUMS, _LEVELS = frozenset({"Total"}), frozenset({"Average", "Maximum", "Minimum"})
METRICS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("Errors", "LateInputEvents", "InputEvents", "OutputEvents", "ThrottledRequests"), _SUMS),
    **dict.fromkeys(("InputEventsSourcesBacklogged", "OutputWatermarkDelaySeconds", "ResourceUtilization"), _LEVELS),
}
"""Metrics and how each may be summed up, from Microsoft's reference (azure-monitor-docs, supported-metrics), but for
`ThrottledRequests`, which was not seen there."""
