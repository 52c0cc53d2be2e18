#!/usr/bin/env bash
# Lets new models and dropped files call the app. Runs after the code is deployed, for only the running app makes the key that the call needs; the key is never shown.
# Needs: az, signed in; AZURE_RESOURCE_GROUP, FUNCTION_APP_NAME, FUNCTION_APP_URL and EVENT_TOPIC_NAME, the outputs of main.bicep.
set -euo pipefail
templates=$(cd "$(dirname "$0")/../bicep" && pwd)

for attempt in $(seq 1 20); do
  curl --silent --output /dev/null --max-time 30 "$FUNCTION_APP_URL/api/health" || true
  key=$(az functionapp keys list --resource-group "$AZURE_RESOURCE_GROUP" --name "$FUNCTION_APP_NAME" --query systemKeys.blobs_extension --output tsv 2>/dev/null || true)
  if [ -n "$key" ]; then
    az deployment group create --resource-group "$AZURE_RESOURCE_GROUP" --name pipeline-events --template-file "$templates/events.bicep" \
      --parameters functionAppName="$FUNCTION_APP_NAME" topicName="$EVENT_TOPIC_NAME" --output none
    echo "New models now call ModelPublished."
    echo "Dropped files now call FileDropped."
    exit 0
  fi

  echo "The app has not started yet (attempt $attempt of 20)."
  sleep 15
done

echo "The app $FUNCTION_APP_NAME did not start within 5 minutes. Look at its log stream, then run this again." >&2
exit 1
