#!/usr/bin/env bash
# The checks of `validate`, made by the deployed app: settings, warehouse, object store, embedder, models. One PASS or FAIL line each.
# Needs: az, signed in; jq; AZURE_RESOURCE_GROUP, FUNCTION_APP_NAME and FUNCTION_APP_URL, the outputs of main.bicep.
set -euo pipefail
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

curl --silent --show-error --fail --output /dev/null --retry 20 --retry-delay 15 --retry-all-errors --max-time 60 "$FUNCTION_APP_URL/api/health"
key=$(az functionapp keys list --resource-group "$AZURE_RESOURCE_GROUP" --name "$FUNCTION_APP_NAME" --query functionKeys.default --output tsv)

# The key goes through standard input, so that no list of processes and no log shows it. One that was made just now is known to the app when it has read the vault again (KeyVault:RefreshMinutes).
status=401
for try in $(seq 30); do
  [ "$status" = 401 ] || break
  [ "$try" = 1 ] || sleep 30
  status=$(curl --silent --show-error --output "$answer" --write-out '%{http_code}' --max-time 120 --config - "$FUNCTION_APP_URL/api/ready" <<<"header = \"x-functions-key: $key\"")
done
jq --raw-output '.checks[]? | (if .passed then "PASS  " else "FAIL  " end) + .name + ": " + .detail' "$answer" || cat "$answer"
if [ "$status" != 200 ]; then
  echo "The app is not ready: $FUNCTION_APP_URL/api/ready answers $status." >&2
  exit 1
fi
