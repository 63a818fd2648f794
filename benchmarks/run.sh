#!/usr/bin/env bash
# Measures hissrv on this machine: benchmarks/run.sh --help
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
usage: benchmarks/run.sh [source|lua|sink|query|pipeline|edge|all] [--short] [--without=NAME]...

Prints the machine, what is done, and one figure a line: name value unit. Everything runs on
127.0.0.1 and ends by itself. Only figures of one run are worth comparing: machines differ, and so
do two runs on one. --short takes a minute or two a part, source about four.

  source     the Redis source: records against a connector that only emits (source.vs_ceiling);
             reading against bare Jedis (hgetall_fields_per_s, hgetall_vs_jedis); a look at
             channels in which nothing changes (idle_*); messages a second without a loss, and
             what happens beyond (pubsub_*); the longest command or script by SLOWLOG
             (max_redis_block_ms, and of each kind); memory of a million points
             (heap_mb_at_1m_points). benchmarks/README.md says what each figure is
  lua        what the aggregation script costs Redis
  sink       the sink against the database's own write speed (sink.vs_bare_post, sink.vs_limit), with
             JSON and with lines ready to post; QuestDB, InfluxDB 1 where it is installed, InfluxDB 2
             where HISSRV_INFLUXD2 names its program; --without=questdb, influxdb1, influxdb2, wide,
             narrow leaves one of them out
  query      the query service against the database's own answer, on QuestDB, InfluxDB 1.x where it
             is installed, and 2.x where HISSRV_INFLUXDB2_URL and HISSRV_INFLUXDB2_TOKEN tell one;
             --without=questdb, influxdb1, influxdb2 leaves one of them out
  pipeline   closed windows from Redis through Kafka into the database, with each part's CPU seconds,
             against source and sink alone (pipeline.vs_parts); a list's elements, exactly once
  edge       a site of 500 and one of 5,000 points/s, each part with the heap of deploy/systemd:
             the largest memory of each process, and its share of a core
EOF
}

parts=(source lua sink query pipeline edge)
wanted=("${parts[@]}")
options=()
for argument in "$@"; do
  case "$argument" in
    -h|--help) usage; exit 0 ;;
    --short|--without=*) options+=("$argument") ;;
    all) wanted=("${parts[@]}") ;;
    source|lua|sink|query|pipeline|edge) wanted=("$argument") ;;
    *) printf 'benchmarks: unknown argument %s\n' "$argument" >&2; usage >&2; exit 2 ;;
  esac
done

log=$(mktemp)
mvn -B -ntp -q -pl benchmarks -am package -DskipTests -Dspotless.check.skip=true -Djacoco.skip=true >"$log" 2>&1 ||
  { cat "$log" >&2; exit 1; }
rm -f "$log"

echo "# machine: $(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo 2>/dev/null || echo '? GiB'), $(uname -sm), $(java -version 2>&1 | head -n 1)"
for part in "${wanted[@]}"; do
  case "$part" in
    lua) class=com.voltageems.hissrv.lua.LuaBenchmark ;;
    query|sink) class=com.voltageems.hissrv.benchmarks.$part.${part^}Benchmark ;;
    *) class=com.voltageems.hissrv.benchmarks.${part^}Benchmark ;;
  esac
  echo "# $part, $(date -u +%FT%TZ)"
  java -Xmx512m -XX:-UsePerfData -Dhissrv.root="$PWD" -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
    -cp "$(cat benchmarks/target/benchmarks.classpath):benchmarks/target/classes:lua/target/classes:lua/target/test-classes" \
    "$class" "${options[@]}"
done
