#!/bin/sh
# One run from cron: closes the windows that are over and, with 1m, collects for the minute to come.
set -eu

usage() {
  cat <<'END'
usage: hissrv_cron.sh 1m | <window> | collect
  1m         closes what is over, then collects once a second until the minute ends
  <window>   closes what is over: 5m, 15m, 1h, ...
  collect    collects once a second until the minute ends
Running it twice at once, late, or beside the source connector's scheduler does no harm.
Environment, beside that of init_scripts.sh:
  HISSRV_COLLECT_SECONDS   how long to collect; default: until the minute ends; 0 = not at all
END
}

folder=$(dirname -- "$0")
# shellcheck source-path=SCRIPTDIR source=redis.sh
. "$folder/redis.sh"

fail() {
  echo "hissrv_cron.sh: $*" >&2
  exit 1
}

# Calls the script until it says that nothing is left; loads it where Redis does not know it.
run() {
  times=1
  rounds=0
  while [ "$rounds" -lt 1000 ]; do
    rounds=$((rounds + 1))
    reply=$(cli -r "$times" EVALSHA "$sha" 0 "$@" | awk 'NF { line = $0 } END { print line }')
    case $reply in
      0) return ;;
      NOSCRIPT*) sha=$("$folder/init_scripts.sh") ;;
      '') fail "$* failed: no answer from Redis" ;;
      *[!0-9]*) fail "$* failed: $reply" ;;
      # A large site takes many calls: several from one process.
      *) times=20 ;;
    esac
  done
  fail "$* found no end"
}

collect() {
  begin=$(date +%s)
  # Two seconds beyond the minute, until the next run is up; a second taken twice counts once.
  seconds=${HISSRV_COLLECT_SECONDS:-$((62 - begin % 60))}
  while [ "$(date +%s)" -lt $((begin + seconds)) ]; do
    run collect
    sleep 0.4
  done
}

case ${1-} in
  -h | --help) usage; exit 0 ;;
  '') usage >&2; exit 2 ;;
esac
case ${HISSRV_COLLECT_SECONDS:-0} in
  *[!0-9]*) fail "HISSRV_COLLECT_SECONDS=$HISSRV_COLLECT_SECONDS is not a whole number" ;;
esac

sha=$(cli GET hissrv:sha) || fail "no answer from Redis; is REDIS_URL right?"
case $sha in
  '') sha=$("$folder/init_scripts.sh") ;;
  *[!0-9a-f]*) fail "Redis answers: $sha" ;;
esac
case $1 in
  collect) collect ;;
  1m)
    run aggregate_1m
    collect
    ;;
  *) run "aggregate_$1" ;;
esac
