#!/usr/bin/env bash
# Builds a release; RELEASE.md explains when. --help lists the options.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
usage: build/release.sh VERSION --to FOLDER
       build/release.sh --dry-run

Builds the committed state, in a copy, as VERSION:
  FOLDER/files        archives, service, bills of materials, SHA256SUMS
  FOLDER/repository   a Maven repository with the modules that are published
  FOLDER/NOTES.md     this version's part of CHANGELOG.md
and fills deploy/target/image for the images. Nothing is sent anywhere.

--dry-run  does that twice, as version 0.0.0, in a temporary folder, and fails when the two differ
           in a single byte, or when something is missing
EOF
}

dry=no version='' to=''
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --dry-run) dry=yes; version=0.0.0 ;;
    --to) to=${2:?--to needs a folder}; shift ;;
    -*) printf 'release: unknown option %s\n' "$1" >&2; usage >&2; exit 2 ;;
    *) version=$1 ;;
  esac
  shift
done
case $version in
  [0-9]*.[0-9]*.[0-9]*) ;;
  *) printf 'release: %s is not a version such as 1.2.3\n' "${version:-nothing}" >&2; usage >&2; exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ "$dry" = no ] || to=$work/out
[ -n "$to" ] || { usage >&2; exit 2; }
mkdir -p "$to"
to=$(cd "$to" && pwd)

# The time of the commit, so that another build of it produces the same bytes.
stamp=$(TZ=UTC git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ)

# Copies the committed state to $1, builds it there and puts the result into $2.
build() {
  local copy=$1 out=$2
  mkdir -p "$copy" "$out/files" "$out/repository"
  git archive HEAD | tar -x -C "$copy"
  (
    cd "$copy"
    mvn -B -ntp -q org.codehaus.mojo:versions-maven-plugin:2.18.0:set \
      -DnewVersion="$version" -DgenerateBackupPoms=false -DprocessAllModules=true \
      -DupdateBuildOutputTimestamp=false
    # The parent's pom is published too; the plugin would write the time of the build into it.
    sed -i "s|<project.build.outputTimestamp>.*</|<project.build.outputTimestamp>$stamp</|" pom.xml
    mvn -B -ntp -q deploy -DskipTests -Dspotless.check.skip -Djacoco.skip \
      -Dproject.build.outputTimestamp="$stamp" -Dbuild.date="${stamp%T*}" \
      -DaltDeploymentRepository="local::file://$out/repository" \
      -pl redis-source-connector,influx-sink-connector,query-service,deploy -am
    cp redis-source-connector/target/voltageems-*.zip influx-sink-connector/target/voltageems-*.zip \
      query-service/target/query-service-*-all.jar ./*/target/*-cyclonedx.json "$out/files"
    deploy/images/assemble.sh >/dev/null
  )
  # The time when the repository was written must not be part of a release.
  find "$out/repository" -name 'maven-metadata*' -delete
  (cd "$out/files" && sha256sum -- * >SHA256SUMS)
}

complete() {
  local name
  for name in "voltageems-redis-source-connector-$version.zip" "voltageems-influx-sink-connector-$version.zip" \
    "query-service-$version-all.jar" "redis-source-connector-$version-cyclonedx.json" \
    "influx-sink-connector-$version-cyclonedx.json" "query-service-$version-cyclonedx.json"; do
    [ -s "$1/files/$name" ] || { echo "release: $name is missing" >&2; return 1; }
  done
  for name in redis-source-connector influx-sink-connector query-service hissrv-lua connector-plugin; do
    [ -s "$1/repository/com/voltageems/hissrv/$name/$version/$name-$version.pom" ] ||
      { echo "release: $name is not in the repository" >&2; return 1; }
  done
}

build "$work/first" "$to"
complete "$to"
awk -v v="$version" '
  /^## / { inside = index($0, "## " v) == 1 || index($0, "## [" v "]") == 1; next }
  inside { print }' CHANGELOG.md >"$to/NOTES.md"
if [ "$dry" = yes ]; then
  build "$work/second" "$work/again"
  if ! diff -r "$to/files" "$work/again/files" || ! diff -r "$to/repository" "$work/again/repository"; then
    echo "release: two builds of the same commit differ" >&2
    exit 1
  fi
  echo "release: $(wc -l <"$to/files/SHA256SUMS") files, twice the same bytes"
else
  [ -s "$to/NOTES.md" ] || { echo "release: CHANGELOG.md has nothing under ## $version" >&2; exit 1; }
  mkdir -p deploy/target
  rm -rf deploy/target/image
  cp -r "$work/first/deploy/target/image" deploy/target/image
  cat "$to/files/SHA256SUMS"
fi
