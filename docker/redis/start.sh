#!/bin/sh
# Redis with its password from a file, which redis.conf cannot name; read from its input, so that it
# stands in no list of processes. In place of this shell, so that signals come to it.
set -eu
exec redis-server - <<CONF
$(cat "${REDIS_CONF:-/etc/castmesh/redis.conf}")
requirepass "$(cat "${REDIS_PASSWORD_FILE:-/run/secrets/redis-password}")"
CONF
