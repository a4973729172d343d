# Runs a server that must not outlive the process that started it.
#
#   sh guard.sh PIDFILE SECONDS COMMAND ...
#
# Standard input is a pipe whose other end only the parent holds: however the parent ends, the pipe
# closes, and the server is asked to stop (TERM), then after SECONDS made to (KILL).
pidfile=$1
patience=$2
shift 2

exec 3<&0
"$@" </dev/null 3<&- &
server=$!
echo "$server" >"$pidfile"
trap 'kill -TERM "$server"' TERM INT HUP

(
  trap - TERM INT HUP
  read -r _ <&3
  kill -TERM "$server"
  waited=0
  while [ "$waited" -lt "$patience" ] && kill -0 "$server"; do
    sleep 1
    waited=$((waited + 1))
  done
  kill -KILL "$server"
) >/dev/null 2>&1 &
watcher=$!
exec 3<&- </dev/null

wait "$server"
status=$?
# A signal to this script ends the wait before the server has ended.
while kill -0 "$server" 2>/dev/null; do
  wait "$server"
  status=$?
done
kill "$watcher" 2>/dev/null
rm -f "$pidfile"
exit "$status"
