#!/bin/sh
# After `azd provision` (azd hands the outputs over as variables): the send key in its file, and the job at work.
set -eu
"$(dirname "$0")/../secrets.sh" "$AZURE_RESOURCE_GROUP" "$eventHubsNamespace" "$eventHubName" "$sendRuleName"
"$(dirname "$0")/../job.sh" start "$AZURE_RESOURCE_GROUP" "$jobName"
