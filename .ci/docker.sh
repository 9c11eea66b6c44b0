#!/usr/bin/env bash
# A Docker daemon with Compose, and the base images for the container tests.
#
#   .ci/docker.sh up      as root: installs docker.io where there is no dockerd, starts one where none answers, then "ready"
#   .ci/docker.sh ready   changes nothing but the base images; prints the client to use
#   .ci/docker.sh down    stops the daemon that "up" has started, and no other
#
# Ends with 1 and the reason on standard error when it cannot be had; the container tests are skipped then.
#   DOCKER             the client; default: the first that can build with BuildKit
#   BASE_IMAGES_SCRIPT makes stand-ins for the .NET base images where no registry can be reached;
#                      default: ../shared/images/local-base-images.sh beside the repository, if it is there
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
state=$root/artifacts/docker
base_images_script=${BASE_IMAGES_SCRIPT:-$root/../shared/images/local-base-images.sh}
# Debian's docker.io comes without the plugin, and Debian 12 has only the first Compose. That of Debian 13 needs nothing but libc.
compose_package=https://deb.debian.org/debian/pool/main/d/docker-compose/docker-compose_2.26.1-4_amd64.deb
compose_sha256=47681197cb2b1ab88206b42a1a92fc75f50d9530a6322d03494a473eed0408ea
base_images=(mcr.microsoft.com/dotnet/sdk:10.0 mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled)

say() { echo "docker: $*" >&2; }
cannot() { say "$*"; exit 1; }

# Debian's client 20.10 has BuildKit inside; from 23 on it takes the buildx plugin, which may be missing.
builds() {
  [[ -x $(command -v "$1") ]] || return 1
  local version
  version=$("$1" version --format '{{.Client.Version}}' 2>/dev/null || true)
  [[ -n $version ]] && { ((${version%%.*} < 23)) || "$1" buildx version &>/dev/null; }
}

client() {
  local candidate
  for candidate in ${DOCKER:-docker /usr/bin/docker}; do
    if builds "$candidate"; then command -v "$candidate"; return; fi
  done
  return 1
}

answers() { "$1" info &>/dev/null; }

install() {
  command -v dockerd >/dev/null && client >/dev/null && return
  ((EUID == 0)) && command -v apt-get >/dev/null || cannot "no dockerd with a client that has BuildKit, and no way to install them"
  say "installing docker.io"
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends docker.io iptables; } \
    >"$state/install.log" 2>&1 || cannot "docker.io cannot be installed: $(tail -n 1 "$state/install.log")"
}

# Without it the tests of Compose are skipped, and say so.
compose() {
  "$docker" compose version &>/dev/null && return
  ((EUID == 0)) && command -v apt-get >/dev/null || return 0
  say "installing the Compose plugin"
  { curl -fsSL "$compose_package" -o "$state/compose.deb" && sha256sum --check <<<"$compose_sha256  $state/compose.deb" \
    && apt-get install -y "$state/compose.deb"; } >"$state/compose.log" 2>&1 \
    || say "the Compose plugin cannot be installed: $(tail -n 1 "$state/compose.log" 2>/dev/null)"
}

start() {
  ((EUID == 0)) || cannot "no daemon answers, and only root can start one"
  say "starting dockerd"
  setsid dockerd >"$state/dockerd.log" 2>&1 </dev/null &
  local daemon=$!
  echo "$daemon" >"$state/dockerd.pid"
  for _ in {1..60}; do
    if answers "$docker"; then return; fi
    kill -0 "$daemon" 2>/dev/null || break
    sleep 1
  done
  stop
  cannot "dockerd does not answer: $(grep -v 'level=info' "$state/dockerd.log" | tail -n 1)"
}

stop() {
  [[ -f $state/dockerd.pid ]] || return 0
  local daemon
  daemon=$(<"$state/dockerd.pid")
  rm "$state/dockerd.pid"
  if [[ $(ps -o comm= -p "$daemon" 2>/dev/null) == dockerd ]]; then
    kill "$daemon"
    for _ in {1..60}; do kill -0 "$daemon" 2>/dev/null || return 0; sleep 0.5; done
    say "dockerd ($daemon) is still stopping"
  fi
}

images() {
  local image
  for image in "${base_images[@]}"; do
    "$docker" image inspect "$image" &>/dev/null && continue
    if [[ -x $base_images_script ]]; then
      say "making base images with $base_images_script"
      ENGINE=$docker "$base_images_script" >"$state/images.log" 2>&1 || cannot "no base images: $(tail -n 1 "$state/images.log")"
    else
      say "pulling $image"
      timeout 300 "$docker" pull --quiet "$image" >"$state/images.log" 2>&1 || cannot "no $image: $(tail -n 1 "$state/images.log")"
    fi
  done
}

mkdir -p "$state"
case ${1:-} in
  up)
    if ! { docker=$(client) && answers "$docker"; }; then
      install
      docker=$(client) || cannot "no Docker client that can build with BuildKit"
      answers "$docker" || start
    fi
    compose
    images
    echo "$docker"
    ;;
  ready)
    docker=$(client) || cannot "no Docker client that can build with BuildKit"
    answers "$docker" || cannot "no daemon answers ($docker)"
    images
    echo "$docker"
    ;;
  down) stop ;;
  *) cannot "usage: .ci/docker.sh up|ready|down" ;;
esac
