#!/bin/sh
# Starts a distributed worker. Each variable CONNECT_X_Y sets the worker's property x.y.
set -eu

properties=$(mktemp)
{
  cat <<'END'
group.id=hissrv-connect
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
value.converter.schemas.enable=false
offset.storage.topic=hissrv-connect-offsets
config.storage.topic=hissrv-connect-configs
status.storage.topic=hissrv-connect-status
offset.storage.replication.factor=-1
config.storage.replication.factor=-1
status.storage.replication.factor=-1
exactly.once.source.support=enabled
scheduled.rebalance.max.delay.ms=30000
listeners=http://0.0.0.0:8083
plugin.path=/opt/kafka/plugins
plugin.discovery=service_load
consumer.metadata.max.age.ms=5000
config.providers=env
config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider
config.providers.env.param.allowlist.pattern=(REDIS|INFLUXDB)_.*
END
  env | sed -n 's/^CONNECT_//p' | while IFS='=' read -r name value; do
    printf '%s=%s\n' "$(printf %s "$name" | tr 'A-Z_' 'a-z.')" "$value"
  done
} >"$properties"

export KAFKA_HEAP_OPTS="${KAFKA_HEAP_OPTS:--Xms64m -Xmx512m}"
# A worker without memory loses threads and goes on without them: it ends, to be started again.
export KAFKA_OPTS="-XX:+ExitOnOutOfMemoryError -javaagent:/opt/hissrv/jmx_prometheus_javaagent.jar=9404:/opt/hissrv/connect-jmx.yml ${KAFKA_OPTS:-}"
exec /opt/kafka/bin/connect-distributed.sh "$properties"
