#!/usr/bin/env bash
# The report in headless Chromium: report_test.js, put at its end, looks at what was drawn.
#   report_test.sh SOUK WIDTH light|dark
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
souk=$1 width=$2 scheme=$3

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo "Skipped: there is no Chromium. The Debian package is chromium (group check)."
  exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$souk" compare --from "$here/results.json" --baseline "$here/before.json" \
  --html "$work/report.html" >"$work/out" 2>&1 || { cat "$work/out" >&2; exit 1; }
{
  cat "$work/report.html"
  echo "<script>const scheme = '$scheme';"
  cat "$here/report_test.js"
  echo '</script>'
} >"$work/tested.html"

dark=()
[[ $scheme == light ]] || dark=(--force-dark-mode)
timeout 280 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
  --user-data-dir="$work/profile" --window-size="$width,900" --force-prefers-reduced-motion \
  "${dark[@]}" --enable-logging=stderr --dump-dom "file://$work/tested.html" \
  >"$work/page" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }

if grep CONSOLE "$work/log" >&2; then
  echo "The page wrote to the console." >&2
  exit 1
fi
result=$(sed -n 's/.*<output id="tested">\(.*\)<\/output>.*/\1/p' "$work/page")
echo "$result"
[[ $result == passed:* ]]
