#!/usr/bin/env bash
# Lays out what the images hold, from what Maven has built:
#
#   <out>/common/lib      libraries that every service needs: one layer for all images
#   <out>/<image>/lib     libraries that this one needs besides
#   <out>/<image>/castmesh    our own classes: what changes from version to version
#   <out>/<image>/start   what java is told: options, class path, main class
#   <out>/starts          the same of all images, for their training
#
#   layout.sh <out> [amd64|arm64]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=$1
arch=${2:-$(uname -m)}

# Native libraries come for several platforms, which not all call the same; an image has one.
case $arch in
  amd64 | x86_64) other='\(arm64\|aarch_64\)' ;;
  arm64 | aarch64) other=x86_64 ;;
  *)
    echo "layout.sh: no native libraries for $arch" >&2
    exit 64
    ;;
esac

# image  module  main class
readonly images='
room room-service io.castmesh.room.RoomMain
media media-service io.castmesh.media.MediaMain
call call-service io.castmesh.call.CallMain
vod vod-service io.castmesh.vod.VodMain
media-node media-node-service io.castmesh.medianodeservice.MediaNodeMain
gateway gateway io.castmesh.gateway.GatewayMain
castmesh standalone io.castmesh.standalone.StandaloneMain
'

# The class path of a module, its own classes first, one file a line.
class_path() {
  local module=$1 list=$1/target/libraries.classpath jar
  if [[ ! -f $list ]]; then
    echo "layout.sh: $module is not built: mvn package" >&2
    exit 66
  fi
  for jar in "$module"/target/castmesh-*.jar; do
    printf '%s\n' "$jar"
  done
  tr ':' '\n' <"$list" | grep -v -e '-macos' -e "-$other\.jar$"
}

ours() { [[ ${1##*/} == castmesh-* ]]; }

rm -rf "$out"
mkdir -p "$out/common/lib" "$out/starts"

# Common is what the media node and all services share.
common=
while read -r image module _; do
  [[ -n $image && $image != castmesh ]] || continue
  libraries=$(class_path "$module" | sed 's,.*/,,' | LC_ALL=C sort -u)
  if [[ -z $common ]]; then
    common=$libraries
  else
    common=$(LC_ALL=C comm -12 <(printf '%s\n' "$common") <(printf '%s\n' "$libraries"))
  fi
done <<<"$images"

while read -r image module main; do
  [[ -n $image ]] || continue
  mkdir -p "$out/$image/lib" "$out/$image/castmesh"
  path=
  while read -r jar; do
    name=${jar##*/}
    if ours "$jar"; then
      cp -p "$jar" "$out/$image/castmesh/$name"
      path+=:/app/castmesh/$name
    elif grep -qxF "$name" <<<"$common"; then
      cp -p "$jar" "$out/common/lib/$name"
      path+=:/app/lib/$name
    else
      cp -p "$jar" "$out/$image/lib/$name"
      path+=:/app/lib/$name
    fi
  done < <(class_path "$module")
  {
    cat docker/java/common.options
    [[ ! -f docker/java/$image.options ]] || cat "docker/java/$image.options"
    printf -- '-cp\n%s\n%s\n' "${path#:}" "$main"
  } >"$out/$image/start"
  cp "$out/$image/start" "$out/starts/$image.start"
done <<<"$images"
