#!/usr/bin/env bash
# Builds what has changed and starts the whole system on this machine: see ./quickstart.sh --help
set -euo pipefail
cd "$(dirname "$0")"

# Java decodes file names by the locale: if it is not UTF-8, Java finds nothing below a folder with
# a name such as 现场.
if printf '%s' "$PWD" | LC_ALL=C grep -q '[^ -~]' && [ "$(locale charmap 2>/dev/null)" != UTF-8 ]; then
  export LC_ALL=C.UTF-8
fi

fail() { printf 'quickstart: %s\n' "$*" >&2; exit 3; }

# Asking for help must not wait for a build: the last build prints the help, or else this text does.
build=true
for argument in "$@"; do
  case "$argument" in -h|--help|-V|--version) build=false ;; esac
done
if ! $build && [ ! -e quickstart/target/quickstart.classpath ]; then
  cat <<'EOF'
usage: ./quickstart.sh [--once] [--port=PORT] [--windows=LIST] [--keep=DIR]

Builds hissrv (the first time some minutes) and starts the whole of it on this machine, on 127.0.0.1
alone: a simulated site, Redis, Kafka, a Connect worker, QuestDB, the query service and its page.
Ctrl-C ends it, and nothing is left behind. Needs a JDK, 17 or newer, and Maven, 3.8 or newer.

  --once          end with 0 as soon as what was written has been read back
  --port=PORT     port of the query service; the next free one if taken (8082)
  --windows=LIST  aggregation windows, each a multiple of the first (5s,15s)
  --keep=DIR      keep data and logs in this folder
EOF
  exit 0
fi

java_home_version() { "$1" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p'; }
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
command -v "$java" >/dev/null || fail "no java found: install a JDK, 17 or newer (Debian: apt-get install openjdk-17-jdk)"
version=$(java_home_version "$java")
case "$version" in
  1.*|[0-9]|1[0-6]) fail "java is version $version: a JDK, 17 or newer, is needed (JAVA_HOME names another one)" ;;
esac
command -v "${java%java}javac" >/dev/null || fail "java $version is a runtime without javac: install the JDK (Debian: apt-get install openjdk-17-jdk)"
command -v mvn >/dev/null || fail "no mvn found: install Maven, 3.8 or newer (Debian: apt-get install maven)"

marker=quickstart/target/built
sources=(pom.xml */pom.xml */src lua/hissrv.lua build .mvn LICENSE redis-source-connector/README.md influx-sink-connector/README.md)
if $build && { [ ! -e "$marker" ] || [ -n "$(find "${sources[@]}" -newer "$marker" -print -quit)" ]; }; then
  maven=$(mvn -v 2>/dev/null | sed -n 's/\x1b\[[0-9;]*m//g; s/^Apache Maven \([0-9.]*\).*/\1/p')
  case "$maven" in
    [0-2].*|3.[0-7].*|3.[0-7]) fail "mvn is version $maven: Maven 3.8 or newer is needed" ;;
  esac
  room=$(df -Pk . | awk 'NR == 2 { print int($4 / 1024) }')
  [ "${room:-9999}" -ge 1500 ] || fail "$room MB are free in $PWD: the build needs 1500 MB"
  echo "Building (the first time Maven fetches some 200 MB of libraries) ..."
  log=$(mktemp)
  if ! mvn -B -ntp -T 2 -pl quickstart -am package -Dmaven.test.skip=true -Dspotless.check.skip=true -Djacoco.skip=true >"$log" 2>&1; then
    grep -E '^\[ERROR\]' "$log" | head -n 20 >&2
    fail "the build failed; its whole output is in $log"
  fi
  rm -f "$log"
  touch "$marker"
fi

exec "$java" -Xmx256m -XX:+UseSerialGC -XX:-UsePerfData -Dhissrv.root="$PWD" \
  -cp "quickstart/target/classes:$(cat quickstart/target/quickstart.classpath)" \
  com.voltageems.hissrv.quickstart.Main "$@"
