#!/usr/bin/env bash
# Makes .venv ready for everything: the system libraries that Manim is compiled against, a Python
# environment, and the packages pinned in constraints.txt. `make` calls it before each target.
# Called again it looks whether all is still there (tools/installed.py), mends what is not, and is
# done in a fraction of a second. PYTHON=/path/to/python3.12 chooses the Python.
# With the word `tests` it also sees to a browser, in which the page is tested.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

venv=.venv
stamp=$venv/glassnet.json
ready=0 broken=20 # the exit codes of tools/installed.py

say() { printf 'set-up: %s\n' "$*"; }

fail() {
    printf 'set-up: %s\n' "$*" >&2
    exit 1
}

log=
trap '[ -z "$log" ] || rm -f "$log"' EXIT

# Runs a command with its output in a log; if it fails, shows the end of the log and gives advice.
quietly() {
    local advice=$1
    shift
    [ -n "$log" ] || log=$(mktemp "${TMPDIR:-/tmp}/glassnet-setup.XXXXXX")
    if ! "$@" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        local kept=$log
        log=
        fail "$advice (whole log: $kept)"
    fi
}

# Says what pip is at, in a few lines in place of hundreds; all of it goes into the log.
tell_pip() {
    local found=0 line
    while IFS= read -r line; do
        case $line in
            Collecting*)
                found=$((found + 1))
                [ $((found % 20)) -ne 0 ] || say "  $found packages found"
                ;;
            *"Building wheel for "*" (pyproject.toml): started"*)
                line=${line#*Building wheel for }
                say "  compiling ${line%% *}"
                ;;
            "Installing collected packages:"*) say "  unpacking $found packages" ;;
        esac
    done
}

# Sets `reason`, and gives tools/installed.py's answer on .venv as the exit code.
inspect() {
    reason="it is not there"
    [ -e "$venv/bin/python" ] || return $broken
    local code=0
    reason=$("$venv/bin/python" -I tools/installed.py "$@" 2>/dev/null) || code=$?
    case $code in 0 | 10 | 20) return $code ;; esac
    reason="its Python does not run"
    return $broken
}

# The Python that a command stands for: behind pyenv's shims, and behind an active .venv, which
# we may have to remove. Prints version, folder and program; nothing if the command does not run.
behind() {
    "$1" -I -c 'import sys
print("%d.%d.%d" % sys.version_info[:3], getattr(sys, "base_prefix", sys.prefix),
      getattr(sys, "_base_executable", sys.executable), sep="\t")' 2>/dev/null || true
}

# Sets `python` and `version` to what the first command stands for that is new enough.
choose() {
    local name answer prefix minor
    seen="${PYTHON:-python3} is not there, or does not run"
    for name in "$@"; do
        answer=$(behind "$name")
        [ -n "$answer" ] || continue
        IFS=$'\t' read -r version prefix python <<<"$answer"
        minor=${version#*.} minor=${minor%%.*}
        if [ "${version%%.*}" -eq 3 ] && [ "$minor" -ge 11 ]; then return 0; fi
        seen="$name is Python $version"
    done
    return 1
}

choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        choose "$PYTHON" && return
    else
        choose python3.14 python3.13 python3.12 python3.11 python3 python && return
    fi
    fail "glassnet needs Python 3.11 or newer, but $seen; install one, or choose it with PYTHON=/path/to/python3.12"
}

root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        sudo "$@" </dev/tty
    fi
}

can_be_root() {
    [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null ||
        { command -v sudo >/dev/null && [ -t 1 ] && [ -t 2 ] && [ -z "${CI:-}" ]; }
}

apt_install() {
    # An install that was once cut off is finished first; a package list that cannot be renewed
    # is no reason to give up before trying.
    root dpkg --configure -a || true
    root apt-get -o DPkg::Lock::Timeout=300 update || true
    root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
        install --yes --no-install-recommends "$@"
}

# Sets `missing` to the Debian packages that the chosen Python, pycairo and manimpango still need.
look_for_system_libraries() {
    missing=
    local short="python${version%.*}"
    "$python" -I -c 'import ensurepip, venv' 2>/dev/null || missing="$missing $short-venv"
    # Whoever has them compiled needs no compiler.
    if [ "$state" -ne $broken ] && "$venv/bin/python" -I -c 'import cairo, manimpango' 2>/dev/null; then return; fi
    "$python" -I -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' || missing="$missing $short-dev"
    echo '#include <stdlib.h>' | cc -E - >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
    if ! command -v pkg-config >/dev/null; then
        missing="$missing pkg-config libcairo2-dev libpango1.0-dev"
        return
    fi
    pkg-config --exists cairo || missing="$missing libcairo2-dev"
    [ "$(uname)" = Darwin ] || pkg-config --exists pangocairo pangoft2 || missing="$missing libpango1.0-dev"
}

system_libraries() {
    look_for_system_libraries
    [ -n "$missing" ] || return 0
    # Debian's packages help Debian's Python only.
    case $missing in
        *"python${version%.*}"-*)
            [ "$(dirname "$python")" = /usr/bin ] ||
                fail "$python lacks its headers (Python.h) or its venv module: install them, or choose another with PYTHON=/path/to/python3.12"
            ;;
    esac
    if command -v apt-get >/dev/null && can_be_root; then
        say "installing system libraries with apt:$missing"
        # shellcheck disable=SC2086 # a list of words
        quietly "apt could not install$missing; install them yourself, then run this again" apt_install $missing
        look_for_system_libraries
        [ -z "$missing" ] || fail "still missing after apt ran:$missing"
    else
        fail "system libraries are missing; install them (Debian, Ubuntu: sudo apt-get install${missing}; Fedora: sudo dnf install cairo-devel pango-devel pkgconf-pkg-config gcc python3-devel; macOS: xcode-select --install, brew install cairo pkg-config), then run this again"
    fi
}

make_venv() {
    say "making $venv with Python $version ($1)"
    rm -rf "$venv"
    quietly "Python could not make $venv; see above" "$python" -I -m venv "$venv"
}

install_packages() {
    rm -f "$stamp"
    say "installing packages (the first time this takes a few minutes)"
    [ -n "$log" ] || log=$(mktemp "${TMPDIR:-/tmp}/glassnet-setup.XXXXXX")
    if ! "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --no-color \
        --progress-bar off --editable ".[video,dev]" --constraint constraints.txt 2>&1 |
        tee "$log" | tell_pip; then
        tail -n 20 "$log" >&2
        local kept=$log
        log=
        fail "pip could not install the packages; check the network, then run this again (whole log: $kept)"
    fi
}

has_browser() {
    local name
    for name in chromium chromium-browser google-chrome; do
        # Debian's Chromium comes without a font; a page without letters is no page.
        if command -v "$name" >/dev/null && [ -n "$(fc-list 2>/dev/null | head -n 1)" ]; then return 0; fi
    done
    "$venv/bin/python" -I -c 'import os, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    sys.exit(not os.path.exists(playwright.chromium.executable_path))' 2>/dev/null
}

# The tests of the page are run in a Chromium: the system's, or else Playwright's own.
browser() {
    if has_browser; then return 0; fi
    if command -v apt-get >/dev/null && can_be_root; then
        say "installing a browser for the tests of the page with apt: chromium fontconfig fonts-dejavu-core"
        if (quietly "apt could not install a browser" apt_install chromium fontconfig fonts-dejavu-core) && has_browser; then
            return 0
        fi
    fi
    say "fetching a browser for the tests of the page"
    if "$venv/bin/python" -m playwright install chromium >/dev/null 2>&1 && has_browser; then return 0; fi
    fail "the tests of the page need a Chromium and a font: install them (Debian: sudo apt-get install chromium fonts-dejavu-core; Fedora: sudo dnf install chromium; macOS: brew install --cask google-chrome), then run this again"
}

finish() {
    [ "$for_tests" = no ] || browser
    exit 0
}

# Whether PYTHON asks for another Python than the one that .venv was made with.
other_python_wanted() {
    [ -n "${PYTHON:-}" ] || return 1
    local wanted present
    wanted=$(behind "$PYTHON") present=$(behind "$venv/bin/python")
    [ "${wanted%$'\t'*}" != "${present%$'\t'*}" ]
}

settled() { inspect && ! other_python_wanted; }

for_tests=no
case ${1:-} in
    "") ;;
    tests) for_tests=yes ;;
    *) fail "unknown word $1: there is only tests" ;;
esac

if settled; then finish; fi

# One set-up at a time; whoever had to wait looks again.
if command -v flock >/dev/null; then
    exec 9<pyproject.toml
    flock 9
    if settled; then finish; fi
fi

started=$SECONDS
state=$ready
inspect || state=$?
if other_python_wanted; then
    state=$broken reason="PYTHON=$PYTHON"
fi
if [ $state -ne $broken ] && ! choose "$venv/bin/python"; then
    state=$broken reason=$seen
fi
if [ $state -eq $broken ]; then
    choose_python
    system_libraries
    make_venv "$reason"
else
    system_libraries
fi
install_packages
if ! inspect --stamp; then
    make_venv "$reason"
    install_packages
    inspect --stamp || fail "$venv is not whole after a fresh installation: $reason"
fi
say "ready after $((SECONDS - started)) s"
finish
