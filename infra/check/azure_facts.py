"""What Azure accepts, where the types leave it open: names (Microsoft's naming rules), SKUs and role ids."""

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

ROLES: dict[str, str] = {
    "a638d3c7-ab3a-418d-83e6-5f17a39d4fde": "Azure Event Hubs Data Receiver",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
    "4fc6c259-987e-4a07-842e-c321cc9d413f": "IoT Hub Data Contributor",
    "dfce44e4-17b7-4bd1-a6d1-04996ec95633": "Device Provisioning Service Data Contributor",
}
"""Roles a grant may give; Owner, Contributor and the like are not here on purpose."""
