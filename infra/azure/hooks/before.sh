#!/bin/sh
# Before `azd provision`: the premises' secrets exist, and the job, where there is one already, stands still.
set -eu
"$(dirname "$0")/../secrets.sh"
[ -z "${AZURE_RESOURCE_GROUP:-}" ] || "$(dirname "$0")/../job.sh" stop "$AZURE_RESOURCE_GROUP" "footfall-$AZURE_ENV_NAME-windows"
