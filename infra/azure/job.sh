#!/usr/bin/env bash
# The streaming job around a deployment: a running job takes no change of its query, units or outputs.
#   job.sh stop GROUP JOB     before: a job that isn't there yet, or doesn't run, is left alone
#   job.sh start GROUP JOB    after: from where it stopped, the first time from now; Event Hubs keeps three days
set -euo pipefail
[ $# = 3 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
what=$1 group=$2 job=$3
ask() { az stream-analytics job show --resource-group "$group" --name "$job" --query "$1" --output tsv 2>/dev/null || true; }
case $what in
stop)
    case $(ask jobState) in
    Running | Degraded | Starting)
        echo "stopping $job" >&2
        az stream-analytics job stop --resource-group "$group" --name "$job"
        ;;
    esac
    ;;
start)
    mode=JobStartTime
    [ -z "$(ask lastOutputEventTime)" ] || mode=LastOutputEventTime
    echo "starting $job ($mode)" >&2
    az stream-analytics job start --resource-group "$group" --name "$job" --output-start-mode "$mode"
    ;;
*)
    echo "job.sh: stop or start, not $what" >&2
    exit 2
    ;;
esac
