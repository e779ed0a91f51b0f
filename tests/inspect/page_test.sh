#!/usr/bin/env bash
# The inspector's page in headless Chromium, with a load behind it: page_test.js, put at its end,
# looks at what was drawn. The page is opened from a file, so that the script can be added, and asks
# the inspector by its address.
#   page_test.sh SOUK WIDTH light|dark
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
souk=$1 width=$2 scheme=$3

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo "Skipped: there is no Chromium. The Debian package is chromium (group check)."
  exit 77
}
work=$(mktemp -d)
trap 'kill "$load" 2>/dev/null || true; rm -rf "$work"' EXIT

"$souk" bench pairs --vm parallel --workers 2 --size 12 --repeat 1 --count 1000000000000 \
  --inspect 0 >"$work/out" 2>"$work/url" &
load=$!
for _ in $(seq 600); do
  url=$(sed -n 's/^inspect: //p' "$work/url" | head -1)
  [[ -n $url ]] && break
  kill -0 "$load" || { cat "$work/url" >&2; exit 1; }
  sleep 0.1
done
address=${url%%/\?*} token=${url##*=}
port=${address##*:}

exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'GET /?token=%s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' \
  "$token" "$port" >&3
{
  sed '1,/^\r$/d' <&3 | sed "s|<head>|<head><base href=\"$address/\">|"
  echo "<script>const scheme = '$scheme';"
  cat "$here/page_test.js"
  echo '</script>'
} >"$work/tested.html"

dark=()
[[ $scheme == light ]] || dark=(--force-dark-mode)
timeout 240 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
  --disable-web-security --user-data-dir="$work/profile" --window-size="$width,900" \
  --force-prefers-reduced-motion "${dark[@]}" --enable-logging=stderr --dump-dom \
  "file://$work/tested.html?token=$token" >"$work/page" 2>"$work/log" ||
  { cat "$work/log" >&2; exit 1; }

if grep CONSOLE "$work/log" >&2; then
  echo "The page wrote to the console." >&2
  exit 1
fi
result=$(sed -n 's/.*<output id="tested">\(.*\)<\/output>.*/\1/p' "$work/page")
echo "$result"
[[ $result == passed:* ]]
