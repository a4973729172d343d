#!/usr/bin/env bash
# Makes the secrets of a deployment, each one once: what is there stays as it is. Needs openssl.
#
#   secrets.sh [folder]       for compose.yml: secrets/
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1:-secrets}
# Containers read them as users of their own: the folder keeps others on this machine away.
mkdir -p -m 0700 "$folder"

make() {
  local file=$folder/$1
  shift
  [[ -s $file ]] && return
  (umask 077 && "$@" >"$file.new")
  chmod 0444 "$file.new"
  mv "$file.new" "$file"
  echo "made $file"
}

word() { openssl rand -hex 24; }

# Signs access tokens: the private key, then the public one.
token_key() {
  local key
  key=$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>/dev/null)
  printf '%s\n' "$key"
  openssl pkey -pubout <<<"$key"
}

# For a first try; browsers warn of it. Put the chain and the key of a real one in its place.
certificate() {
  local key
  key=$(mktemp)
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
    -subj "/CN=${PUBLIC_NAME:-localhost}" -addext "subjectAltName=DNS:${PUBLIC_NAME:-localhost}" \
    -keyout "$key" 2>/dev/null
  cat "$key"
  rm -f "$key"
}

make mysql-password word
make mysql-root-password word
make redis-password word
make turn-secret word
make grafana-password word
make access-token.pem token_key
make tls.pem certificate
