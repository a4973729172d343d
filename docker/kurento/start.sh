#!/bin/bash
# Kurento with media on the interface that leads out. Each session takes two ports of every interface
# that it may use, and browsers do not reach the one on which orders come.
set -eu
if [[ -z ${KMS_NETWORK_INTERFACES:-} ]]; then
  while read -r interface destination _; do
    if [[ $destination == 00000000 ]]; then
      export KMS_NETWORK_INTERFACES=$interface
      break
    fi
  done <"${ROUTES:-/proc/net/route}"
fi
exec "${ENTRYPOINT:-/entrypoint.sh}" "$@"
