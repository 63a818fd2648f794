#!/bin/sh
# usage: submit.sh CONNECT_URL [FOLDER]   puts each FOLDER/<name>.json as connector <name>
set -eu

connect=$1
folder=${2:-/connectors}
for file in "$folder"/*.json; do
  name=$(basename "$file" .json)
  # AGGREGATION_ENABLED=false: cron triggers the windows, not the source connector.
  answer=$(sed "s/\"aggregation.enabled\": \"[a-z]*\"/\"aggregation.enabled\": \"${AGGREGATION_ENABLED:-true}\"/" "$file" |
    curl -sS --max-time 90 -w '\n%{http_code}' -X PUT -H 'Content-Type: application/json' \
      --data-binary @- "$connect/connectors/$name/config")
  status=$(printf '%s' "$answer" | tail -n 1)
  case $status in
    200 | 201) echo "submit: $name is submitted" ;;
    *)
      echo "submit: $name is refused with status $status:" >&2
      printf '%s\n' "$answer" | sed '$d' >&2
      exit 1
      ;;
  esac
done
