#!/usr/bin/env bash
# Runs the tests. ./verify.sh --help lists the modes.
set -euo pipefail
cd "$(dirname "$0")"

# Java decodes file names by the locale: if it is not UTF-8, Java finds nothing below a folder with
# a name such as 现场.
if printf '%s' "$PWD" | LC_ALL=C grep -q '[^ -~]' && [ "$(locale charmap 2>/dev/null)" != UTF-8 ]; then
  export LC_ALL=C.UTF-8
fi

usage() {
  cat <<'EOF'
usage: ./verify.sh [--quick | --long | --kill | --release] [maven options]

  (none)    format, static analysis, unit tests, tests against real servers, end to end, checks of
            what deploys it
  --quick   what needs no server: format, static analysis, unit tests
  --long    what takes minutes a test, alone: the kill tests, one round each, the source in workers
            of several versions, a rolling upgrade, several workers and services, a Kafka and a
            Connect that ask for a login and rights, topics that are deleted, and a longer history
            of windows
  --kill    the same with 20 rounds of kills each (ROUNDS=n changes it) and a hundred restarts
  --release the dry run of a release: built twice, the same bytes; deployed into a local folder

As root on Debian or Ubuntu it installs what the tests need and is missing (redis-server, influxdb,
chromium and its driver, faketime, a Chinese font, prometheus, nginx, a C compiler, and the tools of
deploy/check.sh) and says so. Elsewhere the tests that need one of them are left out, and listed by name at the end; with
CI=true a missing server is a failure.
EOF
}

mode=all
case "${1:-}" in
  -h|--help) usage; exit 0 ;;
  --quick) mode=quick; shift ;;
  --long) mode="kill"; : "${ROUNDS:=1}"; shift ;;
  --kill) mode="kill"; : "${ROUNDS:=20}"; shift ;;
  --release) mode=release; shift ;;
  --*) printf 'verify: unknown option %s\n' "$1" >&2; usage >&2; exit 2 ;;
esac

install_servers() {
  local missing=() entry
  for entry in redis-server:redis-server redis-cli:redis-tools influxd:influxdb chromium:chromium \
    chromedriver:chromium-driver faketime:faketime prometheus:prometheus nginx:nginx; do
    command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
  done
  # The page's pictures need Chinese fonts too.
  [ -n "$(fc-list :lang=zh 2>/dev/null)" ] || missing+=(fontconfig fonts-wqy-zenhei)
  if [ "$mode" = kill ] && ! { command -v cc >/dev/null && [ -e /usr/include/dlfcn.h ]; }; then
    missing+=(gcc libc6-dev)
  fi
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "verify: not installed, and this is no root on Debian: ${missing[*]}"
    return 0
  fi
  echo "verify: installing ${missing[*]}"
  apt-get update -qq || echo "verify: apt-get update failed; trying with the lists that are there"
  # Keeps packages from starting their services once installed; the tests start their own servers.
  local policy=""
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    policy=/usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  local package
  for package in "${missing[@]}"; do
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null ||
      echo "verify: apt-get could not install $package"
  done
  if [ -n "$policy" ]; then rm -f "$policy"; trap - EXIT; fi
}

# Installs the tools as root on Debian or with CI=true; with CI=true a missing tool is a failure.
check_deployment() {
  if [ "${CI:-}" = true ] || { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }; then
    deploy/check.sh --install
  else
    deploy/check.sh
  fi
}

left_out() {
  local found
  found=$(grep -hoE '<testcase name="[^"]*" classname="[^"]*"|<skipped message="[^"]*"' \
    */target/surefire-reports/TEST-*.xml */target/failsafe-reports/TEST-*.xml 2>/dev/null |
    awk -F'"' '/^<testcase/ { test = $4 "." $2 } /^<skipped/ { print "  " test ": " $2 }') || true
  if [ -n "$found" ]; then
    printf 'verify: left out on this machine:\n%s\n' "$found"
  fi
}

rm -f ./*/target/surefire-reports/TEST-*.xml ./*/target/failsafe-reports/{TEST-*,failsafe-summary}.xml
status=0
case "$mode" in
  quick) mvn -B -ntp -T 2 verify -DskipITs -Dcoverage.floor.skip=false "$@" || status=$? ;;
  all)
    install_servers
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    check_deployment >"$work/check" 2>&1 &
    check=$!
    # Two modules at a time: a single one waits for its servers half of the time.
    mvn -B -ntp -T 2 verify -Dcoverage.floor.skip=false "$@" || status=$?
    # Tells quickstart.sh that everything is built, from the sources as they were at the start.
    if [ "$status" = 0 ] && [ $# = 0 ]; then touch -r "$work" quickstart/target/built; fi
    left_out
    wait "$check" || status=$?
    cat "$work/check"
    ;;
  release) build/release.sh --dry-run "$@" || status=$? ;;
  kill)
    install_servers
    mvn -B -ntp verify -Dtest='*Nothing*' -Dsurefire.failIfNoSpecifiedTests=false \
      -Dit.test='*KillIT,WorkerVersionsIT,RollingUpgradeIT,PipelineIT,TruthIT,SecuredKafkaIT,SecuredSiteIT,SeveralInstancesIT,LostTopicsIT' \
      -Dfailsafe.failIfNoSpecifiedTests=false -Dhissrv.truth.samples=2000000 \
      -Dhissrv.kill.rounds="$ROUNDS" -Dserver.jvm='-XX:+TieredCompilation' \
      -Dit.timeout='3 h' "$@" || status=$?
    left_out
    ;;
esac
if [ "$status" = 0 ]; then echo "verify: passed"; else echo "verify: FAILED" >&2; fi
exit "$status"
