#!/usr/bin/env bash
# usage: deploy/images/assemble.sh   after mvn package: copies the images' files to deploy/target/image
set -euo pipefail
cd "$(dirname "$0")/../.."

one() {
  local found=("$@")
  if [ ${#found[@]} != 1 ] || [ ! -e "${found[0]}" ]; then
    echo "assemble: expected one file, found: ${found[*]}; build with: mvn clean package -DskipTests" >&2
    exit 1
  fi
  printf '%s' "${found[0]}"
}

target=deploy/target/image
one "$target/jmx_prometheus_javaagent.jar" >/dev/null
rm -rf "$target/plugins"
mkdir -p "$target/plugins"
for plugin in redis-source-connector influx-sink-connector; do
  archive=$(one "$plugin"/target/voltageems-"$plugin"-*.zip)
  (cd "$target/plugins" && jar xf "../../../../$archive")
done
cp "$(one query-service/target/query-service-*-all.jar)" "$target/query-service.jar"
find "$target" -maxdepth 2 | sort
