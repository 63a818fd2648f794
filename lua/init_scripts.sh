#!/bin/sh
# Loads hissrv.lua into Redis, prints its SHA and stores it under the key hissrv:sha.
set -eu

usage() {
  cat <<'END'
usage: init_scripts.sh
Loads hissrv.lua, which lies beside this file, and prints the SHA to call it by.
Environment:
  REDIS_URL       where Redis is; default redis://127.0.0.1:6379
  REDISCLI_AUTH   its password, read by redis-cli
  REDIS_CLI       the client with options of its own; default redis-cli
END
}

case ${1-} in
  '') ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

folder=$(dirname -- "$0")
script=$folder/hissrv.lua
# shellcheck source-path=SCRIPTDIR source=redis.sh
. "$folder/redis.sh"

if ! [ -r "$script" ]; then
  echo "init_scripts.sh: cannot read $script" >&2
  exit 1
fi
if ! answer=$(cli PING) || [ "$answer" != PONG ]; then
  echo "init_scripts.sh: no answer from Redis; is REDIS_URL right? $answer" >&2
  exit 1
fi
sha=$(cli -x SCRIPT LOAD <"$script")
case $sha in
  *[!0-9a-f]* | '')
    echo "init_scripts.sh: Redis did not take the script: $sha" >&2
    exit 1
    ;;
esac
stored=$(cli SET hissrv:sha "$sha")
if [ "$stored" != OK ]; then
  echo "init_scripts.sh: Redis did not store the SHA: $stored" >&2
  exit 1
fi
echo "$sha"
