#!/usr/bin/env bash
# Makes and names administrators, in the container of a gateway (or of everything in one):
#
#   admin.sh create NICKNAME | grant NICKNAME | revoke NICKNAME | list
set -euo pipefail
app=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# A password is asked for where somebody can type it unseen.
terminal=false
[[ ! -t 0 || ! -t 1 ]] || terminal=true
main=io.castmesh.gateway.admin.AdminMain
[[ $(tail -n 1 "$app/start") != io.castmesh.standalone.* ]] || main=io.castmesh.standalone.AdminMain
exec "${JAVA_HOME:-/opt/java/openjdk}/bin/java" -Xms16m -Xmx96m -XX:+UseSerialGC \
  -XX:TieredStopAtLevel=1 -Dfile.encoding=UTF-8 -Dcastmesh.terminal="$terminal" \
  -cp "$(sed -n '/^-cp$/{n;p;}' "$app/start")" "$main" "$@"
