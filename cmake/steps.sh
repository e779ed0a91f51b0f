# Sourced by ./run, ./test and .ci/run: installs packages, configures and builds, showing progress.
# Everything said here goes to standard error, so that the programs own standard output.

souk_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
souk_packages=$souk_root/cmake/packages.txt

say() { printf '%s\n' "$*" >&2; }
die() {
  say "$1"
  exit "${2:-1}"
}

# --- progress ----------------------------------------------------------------------------------

# A bar is for people: on a terminal, and not where a CI system records the output.
wants_bar() { [[ -t 2 && -z ${CI:-} && ${TERM:-dumb} != dumb ]]; }

last_decile=-1

# progress PERCENT TEXT: redraws the bar, or prints a line at each tenth where there is no terminal.
progress() {
  local percent=$1 text=$2
  if wants_bar; then
    local width=30 filled
    filled=$((percent * width / 100))
    printf '\r\033[K[%s%s] %3d%% %.*s' \
      "$(printf '%*s' "$filled" '' | tr ' ' '#')" \
      "$(printf '%*s' "$((width - filled))" '' | tr ' ' '.')" \
      "$percent" 44 "$text" >&2
  elif ((percent / 10 != last_decile)); then
    last_decile=$((percent / 10))
    printf '%3d%% %s\n' "$percent" "$text" >&2
  fi
}

clear_progress() {
  last_decile=-1
  if wants_bar; then printf '\r\033[K' >&2; fi
}

# --- packages ----------------------------------------------------------------------------------

# packages_of GROUP...: the package names of these groups, one a line.
packages_of() {
  local group
  for group in "$@"; do
    awk -v group="$group" '$1 == group { print $2 }' "$souk_packages"
  done
}

# missing_of PACKAGE...: those that dpkg does not have installed.
missing_of() {
  local installed package
  installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null |
    awk '$1 == "ii" { print $2 }') || true
  for package in "$@"; do
    grep -qxF -- "$package" <<<"$installed" || printf '%s\n' "$package"
  done
}

explain_packages() {
  local package
  for package in "$@"; do
    awk -v package="$package" '$2 == package {
      $1 = ""; $2 = ""; sub(/^ +/, ""); printf "  %-20s %s\n", package, $0 }' "$souk_packages" >&2
  done
}

# as_root COMMAND...: directly, or through sudo.
as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

can_become_root() {
  ((EUID == 0)) && return
  command -v sudo >/dev/null || return
  sudo -n true 2>/dev/null || [[ -t 0 ]]  # without a terminal nobody could type the password
}

# apt_progress: shows apt's machine-readable status lines as progress, drops the rest.
apt_progress() {
  local kind _ percent text
  while IFS=: read -r kind _ percent text; do
    case $kind in
      dlstatus) progress "$((${percent%.*} / 2))" "$text" ;;
      pmstatus) progress "$((50 + ${percent%.*} / 2))" "$text" ;;
    esac
  done
  clear_progress
}

run_apt() {
  local log=$1
  shift
  as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -y -o APT::Status-Fd=1 \
    -o Dpkg::Use-Pty=0 "$@" 2>&1 </dev/null | tee -a "$log" | apt_progress
}

# install_packages GROUP...: makes sure the packages of these groups are installed.
install_packages() {
  [[ -n ${SOUK_SKIP_PACKAGES:-} ]] && return
  local all missing log
  mapfile -t all < <(packages_of "$@")
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "This is not Debian (no apt-get), so nothing can be installed for you. souk needs:"
    explain_packages "${all[@]}"
    die "Install these with your own package manager, then run this with SOUK_SKIP_PACKAGES=1."
  fi
  mapfile -t missing < <(missing_of "${all[@]}")
  ((${#missing[@]} == 0)) && return

  say "souk needs these Debian packages, which are not installed yet:"
  explain_packages "${missing[@]}"
  if ! can_become_root; then
    say "Installing them needs root, and there is neither root nor a usable sudo here. As root, run:"
    die "  apt-get install --no-install-recommends ${missing[*]}"
  fi
  if ((EUID == 0)); then
    say "Installing them now with apt-get."
  else
    say "Installing them now with sudo apt-get; sudo may ask for your password."
    sudo -v || die "sudo refused. As root, run: apt-get install ${missing[*]}"
  fi
  log=$(mktemp)
  if ! run_apt "$log" update ||
    ! run_apt "$log" install --no-install-recommends "${missing[@]}"; then
    grep -vE '^(dl|pm)status:' "$log" | tail -n 30 >&2
    rm -f "$log"
    die "apt-get failed (its last lines are above). By hand: apt-get install ${missing[*]}"
  fi
  rm -f "$log"
}

# --- build -------------------------------------------------------------------------------------

# configure PRESET [CMAKE ARGUMENT...]: only where ninja would not do it by itself.
configure() {
  local preset=$1 build=$souk_root/build/$1 log fresh=()
  shift
  local cache=$build/CMakeCache.txt
  if [[ -f $cache ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$souk_root" "$cache"; then
    fresh=(--fresh)  # the tree was moved or copied; cmake refuses such a cache
  fi
  mkdir -p "$build"
  log=$build/configure.log
  say "Configuring build/$preset ..."
  if ! (cd "$souk_root" && cmake --preset "$preset" "${fresh[@]}" "$@") >"$log" 2>&1; then
    cat "$log" >&2
    die "Configuring failed; the whole output is above and in build/$preset/configure.log."
  fi
}

needs_configure() {
  local build=$souk_root/build/$1
  [[ ! -f $build/build.ninja || $souk_root/CMakePresets.json -nt $build/build.ninja ]] ||
    ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$souk_root" "$build/CMakeCache.txt"
}

# show_ninja: turns ninja's status lines into progress; what the compilers say is passed on whole.
show_ninja() {
  local line rest finished total
  while IFS= read -r line; do
    case $line in
      '-- '* | '@@'*' Re-checking globbed directories...' | 'ninja: no work to do.') ;;
      @@*)
        rest=${line#@@}
        finished=${rest%%/*} rest=${rest#*/}
        total=${rest%% *} rest=${rest#* }
        progress "$((finished * 100 / (total > 0 ? total : 1)))" "${rest##*/}"
        ;;
      *)
        clear_progress
        say "$line"
        ;;
    esac
  done
  clear_progress
}

# build PRESET [TARGET]
build() {
  local preset=$1 target=${2:-all}
  local jobs=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
  if ! NINJA_STATUS='@@%f/%t ' cmake --build "$souk_root/build/$preset" --target "$target" \
    --parallel "$jobs" 2>&1 | show_ninja; then
    die "The build failed; the compiler's output is above."
  fi
}
