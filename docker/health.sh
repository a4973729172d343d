#!/usr/bin/env bash
# Whether a process may be given work. In bash alone: the image has no curl, and a virtual machine
# each time would cost more than most services do.
#
#   health.sh [port [path]]
set -euo pipefail
port=${1:-${CASTMESH_MANAGEMENT_PORT:-9090}}
path=${2:-/health/ready}
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$path" >&3
read -r -t 3 _ status _ <&3
[[ $status == 200 ]]
