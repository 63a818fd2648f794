# Read by the scripts beside it: cli sends a command to the Redis of REDIS_URL.
# shellcheck shell=sh

cli() {
  url=${REDIS_URL:-redis://127.0.0.1:6379}
  place=${url##*@}
  place=${place#*://}
  # redis-cli reads no [::1] from an address; told by -h it knows it.
  case $place in
    \[*\]*)
      host=${place#?}
      set -- -h "${host%%\]*}" "$@"
      url=${url%"$place"}localhost${place#*\]}
      ;;
  esac
  # shellcheck disable=SC2086 # REDIS_CLI may carry options
  timeout 30 ${REDIS_CLI:-redis-cli} -u "$url" "$@"
}
