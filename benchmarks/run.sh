#!/usr/bin/env bash
# Measures hissrv on this machine: benchmarks/run.sh --help
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
usage: benchmarks/run.sh [source|pipeline|lua|all] [--short]

Prints the machine, what is done, and one figure a line: name value unit. Everything runs on
127.0.0.1 and ends by itself. Only ratios inside one run are worth comparing: machines differ, and
so do two runs on one. --short takes under a minute a part.

  pipeline   closed windows from Redis through Kafka into the database, with each part's CPU seconds
  source     the Redis source against a connector that only emits, when nothing changes, on channels
  lua        what the aggregation script costs Redis
EOF
}

part=all
short=()
for argument in "$@"; do
  case "$argument" in
    -h|--help) usage; exit 0 ;;
    --short) short=(--short) ;;
    source|pipeline|lua|all) part=$argument ;;
    *) printf 'benchmarks: unknown argument %s\n' "$argument" >&2; usage >&2; exit 2 ;;
  esac
done

log=$(mktemp)
mvn -B -ntp -q -pl benchmarks -am package -DskipTests -Dspotless.check.skip=true -Djacoco.skip=true >"$log" 2>&1 ||
  { cat "$log" >&2; exit 1; }
rm -f "$log"

echo "# machine: $(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo 2>/dev/null || echo '? GiB'), $(uname -sm), $(java -version 2>&1 | head -n 1)"
echo "# $(date -u +%FT%TZ)"
run() { # run CLASS
  java -Xmx512m -XX:-UsePerfData -Dhissrv.root="$PWD" \
    -cp "$(cat benchmarks/target/benchmarks.classpath):benchmarks/target/classes:lua/target/classes:lua/target/test-classes" "$1" "${short[@]}"
}
if [ "$part" = lua ] || [ "$part" = all ]; then run com.voltageems.hissrv.lua.LuaBenchmark; fi
if [ "$part" = pipeline ] || [ "$part" = all ]; then run com.voltageems.hissrv.benchmarks.PipelineBenchmark; fi
if [ "$part" = source ] || [ "$part" = all ]; then run com.voltageems.hissrv.benchmarks.SourceBenchmark; fi
