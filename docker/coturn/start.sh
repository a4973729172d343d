#!/bin/sh
# coturn with the shared secret from a file, which turnserver.conf cannot name.
set -eu
umask 077
conf=$(mktemp "${TMPDIR:-/tmp}/turnserver.XXXXXX")
{
  cat "${TURN_CONF:-/etc/castmesh/turnserver.conf}"
  printf 'static-auth-secret=%s\n' "$(cat "${TURN_SECRET_FILE:-/run/secrets/turn-secret}")"
  printf 'listening-port=%s\nmin-port=%s\nmax-port=%s\n' \
    "${TURN_PORT:-3478}" "${TURN_MIN_PORT:-49160}" "${TURN_MAX_PORT:-49459}"
  # The address that browsers see, where the machine itself has another one.
  [ -z "${TURN_EXTERNAL_ADDRESS:-}" ] || printf 'external-ip=%s\n' "$TURN_EXTERNAL_ADDRESS"
} >"$conf"
exec turnserver -c "$conf" "$@"
