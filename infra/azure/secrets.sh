#!/usr/bin/env bash
# The premises' secrets, each in a file that only you can read, in ${FOOTFALL_SECRETS:-~/footfall-secrets}. What is there
# stays. With the names of an event hub's send rule: its connection string too.
#   secrets.sh [GROUP NAMESPACE HUB RULE]
set -euo pipefail
umask 077
folder=${FOOTFALL_SECRETS:-$HOME/footfall-secrets}
mkdir -p "$folder"
for name in FACE_API_KEY FACE_API_ERASING_KEY ANONYMIZATION_KEY POSTGRES_PASSWORD; do
    [ -s "$folder/$name" ] || openssl rand -hex 32 | tr -d '\n' > "$folder/$name"
done
[ -s "$folder/FACE_API_DATABASE" ] ||
    printf 'postgresql://footfall:%s@postgres:5432/footfall' "$(cat "$folder/POSTGRES_PASSWORD")" > "$folder/FACE_API_DATABASE"
[ $# = 0 ] && exit
[ $# = 4 ] || { sed -n '4s/^# //p' "$0" >&2; exit 2; }
key=$(az eventhubs eventhub authorization-rule keys list --resource-group "$1" --namespace-name "$2" \
    --eventhub-name "$3" --name "$4" --query primaryConnectionString --output tsv)
[ -n "$key" ] || { echo "secrets.sh: $4 gave no connection string" >&2; exit 1; }
printf '%s' "$key" > "$folder/EventHub"
