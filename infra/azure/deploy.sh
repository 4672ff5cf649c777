#!/usr/bin/env bash
# Stop the job, deploy, start the job again, also when the deployment failed: the old one goes on then.
#   deploy.sh GROUP PARAMETERS.bicepparam
set -euo pipefail
[ $# = 2 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
group=$1 parameters=$2 here=$(cd "$(dirname "$0")" && pwd)
environment=$(sed -n "s/^param environment = '\([a-z0-9]*\)'.*/\1/p" "$parameters")
prefix=$(sed -n "s/^param namePrefix = '\([a-z0-9]*\)'.*/\1/p" "$parameters")
[ -n "$environment" ] || { echo "deploy.sh: $parameters sets no environment" >&2; exit 2; }
job=${prefix:-footfall}-$environment-windows

"$here/job.sh" stop "$group" "$job"
status=0
az deployment group create --name footfall --resource-group "$group" --parameters "$parameters" --output none || status=$?
"$here/job.sh" start "$group" "$job" || status=$?
exit $status
