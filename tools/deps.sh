# Installs what tools/dependencies.txt names and the machine lacks. Sourced by ./dev, from the root.
# Quick when nothing is missing: one look at dpkg, one checksum a file when it is new.

say() {
  if [ -t 2 ]; then printf '\033[1m%s\033[0m\n' "$*" >&2; else printf '%s\n' "$*" >&2; fi
}
fail() { printf 'dev: %s\n' "$*" >&2; exit 1; }

# need_packages GROUP…: the Debian packages of the groups.
need_packages() {
  local group wanted=() missing=()
  for group in "$@"; do
    mapfile -t -O "${#wanted[@]}" wanted < <(
      awk -v group="$group" '$1 == "apt" && $2 == group { print $3 }' tools/dependencies.txt)
  done
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  [ "${#missing[@]}" -eq 0 ] || install_packages "${missing[@]}"
}

# Prints those, of words like "a" or "a|b", of which nothing is installed.
missing_packages() {
  command -v dpkg-query > /dev/null || fail "this needs Debian or Ubuntu; elsewhere install: $*"
  local installed word
  installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' 2> /dev/null)"
  for word in "$@"; do
    local name found=
    for name in ${word//|/ }; do
      [[ $installed != *" installed:$name "* ]] || found=yes
    done
    [ -n "$found" ] || echo "$word"
  done
}

install_packages() {
  local as_root=() word names=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo > /dev/null || fail "missing, and neither root nor sudo to install it: $*"
    as_root=(sudo)
  fi
  say "installing: $*"
  "${as_root[@]}" apt-get update -q > /dev/null || say "apt-get update failed; trying what is known"
  for word in "$@"; do names+=("$(first_known "$word")"); done
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qy --no-install-recommends "${names[@]}" > /dev/null < /dev/null ||
    fail "apt-get could not install: ${names[*]}"
}

# The first of "a|b" that the machine's package lists know.
first_known() {
  local name
  for name in ${1//|/ }; do
    if [ -n "$(apt-cache madison "$name" 2> /dev/null)" ]; then
      echo "$name"
      return
    fi
  done
  echo "${1%%|*}"
}

# need_files: what comes from npm packages, into .deps.
need_files() {
  local kind machine package file place sum missing=()
  while read -r kind machine package file place sum; do
    [ "$kind" = npm ] || continue
    [ "$machine" = any ] || [ "$machine" = "$(uname -m)" ] || continue
    has_file ".deps/$place" "$sum" || missing+=("$package $file $place $sum")
  done < tools/dependencies.txt
  for place in lib/libduckdb.so lib/libonnxruntime.so.1; do
    grep -q "^npm $(uname -m) .* $place " tools/dependencies.txt ||
      say "no $place for $(uname -m) is known: what needs it will say so when it is used"
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  command -v npm > /dev/null || need_packages npm
  # npm trusts what the machine trusts.
  local authorities=/etc/ssl/certs/ca-certificates.crt
  [ ! -f "$authorities" ] || export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-$authorities}
  rm -rf .deps/fetch.*
  local line
  for line in "${missing[@]}"; do
    # shellcheck disable=SC2086  # four words by construction
    fetch_file $line
  done
}

# need_peers: Python packages that benches measure us against, unpacked into .deps/peers and not
# installed.
need_peers() {
  local place=.deps/peers/usr/lib/python3/dist-packages unpacked=.deps/peers/unpacked
  local names scratch package
  mapfile -t names < <(awk '$1 == "apt" && $2 == "peers" { print $3 }' tools/dependencies.txt)
  if [ "$(cat "$unpacked" 2> /dev/null)" != "${names[*]}" ]; then
    say "unpacking ${names[*]}"
    mkdir -p .deps/peers
    scratch=$(mktemp -d .deps/fetch.XXXXXX)
    (cd "$scratch" && apt-get download "${names[@]}" > /dev/null 2>&1) ||
      fail "apt-get could not download: ${names[*]}"
    for package in "$scratch"/*.deb; do dpkg -x "$package" .deps/peers; done
    rm -rf "$scratch"
    echo "${names[*]}" > "$unpacked"
  fi
  mkdir -p "$place/xgboost/lib"
  ln -sf "$(find /usr/lib -name libxgboost.so -print -quit)" "$place/xgboost/lib/libxgboost.so"
}

# has_file PATH SUM: it is there and was right when it was unpacked (the stamp), or is right now.
has_file() {
  [ -f "$1" ] || return 1
  [ "$(cat "$1.sum" 2> /dev/null)" != "$2" ] || return 0
  echo "$2  $1" | sha256sum --status --check 2> /dev/null || return 1
  echo "$2" > "$1.sum"
}

fetch_file() {
  local package=$1 file=$2 place=$3 sum=$4 scratch
  say "fetching $package"
  mkdir -p ".deps/$(dirname "$place")"
  scratch=$(mktemp -d .deps/fetch.XXXXXX)
  (cd "$scratch" && npm pack --ignore-scripts "$package" > npm.log 2>&1 < /dev/null) ||
    { cat "$scratch/npm.log" >&2; fail "npm pack $package failed; is a registry within reach?"; }
  tar -xzf "$scratch"/*.tgz -C "$scratch" "package/$file" || fail "$package has no $file"
  echo "$sum  $scratch/package/$file" | sha256sum --status --check ||
    fail "$package: $file is not the file that tools/dependencies.txt names"
  mv "$scratch/package/$file" ".deps/$place"
  echo "$sum" > ".deps/$place.sum"
  rm -rf "$scratch"
}
