#!/usr/bin/env bash
# ./run refuses what it does not know with status 2, before it installs or builds anything.
#   run_test.sh RUN
set -euo pipefail
run=$1

# refused TEXT ARGUMENT...: it says TEXT.
refused() {
  local text=$1 said status=0
  shift
  said=$("$run" "$@" 2>&1) || status=$?
  [[ $status == 2 && $said == *"$text"* ]] || {
    echo "./run $*: status $status, and said: $said" >&2
    exit 1
  }
}

refused "unknown option '--prot'" --prot 5999
refused "unknown example 'chatt'" chatt
refused "one example at a time" chat echo
refused "either an example or compare" chat compare
refused "say what to run" --port 5999
refused "say what to run" --vm parallel
refused "compare listens nowhere" --port 5999 compare
refused "timer listens nowhere" timer --port 5999
refused "--port wants a number from 1 to 65535" chat --port 0

help=$("$run" --help)
for word in compare chat --install-peers --build-only; do
  [[ $help == *"$word"* ]] || { echo "./run --help does not tell of $word" >&2; exit 1; }
done
