#!/usr/bin/env bash
# The echo server of the tutorial gives back what nc sends, and SIGTERM ends it with status 0.
#   echo_test.sh PROGRAM
set -euo pipefail

answer() { printf 'figs\ndates\n' | timeout 10 nc -N 127.0.0.1 "$1" 2>/dev/null; }

for _ in 1 2 3 4 5; do
  port=$((20000 + RANDOM % 10000))
  "$1" "$port" &
  server=$!
  # Until it listens, nc is refused at once; a server that is gone found its port taken.
  while kill -0 "$server" 2>/dev/null; do
    if got=$(answer "$port"); then
      [[ $got == $'figs\ndates' ]] || { echo "nc sent figs and dates, and got '$got'" >&2; exit 1; }
      kill -TERM "$server"
      wait "$server" || { echo "SIGTERM ended it with status $?" >&2; exit 1; }
      exit 0
    fi
    sleep 0.05
  done
  wait "$server" || true
done
echo "five ports were taken" >&2
exit 1
