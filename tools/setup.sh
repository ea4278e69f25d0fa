#!/bin/sh
# Sets this checkout up: a virtual environment with the locked tools, the library itself, the CDK CLI, AWS's last official
# clients for the tests that compare with them, a Chromium for those in a page, and AWS's Lambda runtime client for the
# tests that run the handlers under it. `make setup` runs it, and so does every target that needs it.
#
# It needs only Python 3.11 or newer and a package index: node and npm come as a Python package.
# PYTHON=/path/to/python chooses the interpreter. Each step writes a stamp of its source, and is skipped while the source
# stays the same.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd -P)
venv=$root/.venv
log=build/setup.log

fail() {
    echo "setup: $*" >&2
    exit 1
}

# Sets `python` to the first usable interpreter. Python 3.11 comes first: the figures and the tests are from it.
find_python() {
    probe='import sys
version = "%d.%d.%d" % sys.version_info[:3]
if sys.version_info < (3, 11):
    sys.exit(version + " is too old")
try:
    import ensurepip, ssl, venv
except ImportError as error:
    sys.exit(version + " has no " + error.name + " module (on Debian: apt install python3-venv)")'
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3.11 python3.12 python3.13 python3.14 python3 python
    fi
    found=
    for python in "$@"; do
        if ! command -v "$python" >/dev/null; then
            [ -z "${PYTHON:-}" ] || found="; $python is not there"
        elif output=$("$python" -c "$probe" 2>&1); then
            return 0
        else
            found="$found; $python $(echo "$output" | sed -n 1p)"
        fi
    done
    found=${found#; }
    fail "Python 3.11 or newer is needed; found: ${found:-none}. Install one, or name it: make setup PYTHON=/path/to/python3.11"
}

# step STAMP SENTENCE SOURCE COMMAND...: runs COMMAND, unless STAMP has the same SOURCE from an earlier run.
step() {
    stamp=$1 sentence=$2 source=$3
    shift 3
    [ "$(cat "$stamp" 2>/dev/null)" != "$source" ] || return 0
    echo "setup: $sentence"
    "$@" >>"$log" 2>&1 </dev/null || fail "failed while $sentence. Is the network there? The log: $log"
    echo "$source" >"$stamp"
}

pip() {
    "$venv/bin/python" -m pip --disable-pip-version-check --no-input "$@"
}

make_venv() {
    "$python" -m venv --clear "$venv"
}

install_packages() {
    pip install --progress-bar off --require-hashes -r requirements-dev.txt
}

install_checkout() {
    pip install --no-index --no-deps --no-build-isolation -e .
}

npm_ci() {
    # npm trusts the machine's own certificates too, as pip and git do. No package needs its scripts.
    NODE_USE_SYSTEM_CA=1 PATH="$venv/bin:$PATH" \
        "$venv/bin/npm" ci --ignore-scripts --no-audit --no-fund --no-update-notifier
}

install_official_clients() {
    rm -rf build/official-clients
    mkdir -p build/official-clients
    pip install --progress-bar off --require-hashes --no-compile \
        --target build/official-clients/python -r tools/official-clients/requirements.txt
    cp tools/official-clients/package.json tools/official-clients/package-lock.json build/official-clients
    (cd build/official-clients && npm_ci)
}

install_lambda_runtime() {
    rm -rf build/lambda-runtime
    pip install --progress-bar off --require-hashes --only-binary :all: \
        --target build/lambda-runtime -r tools/lambda-runtime/requirements.txt
}

# A virtual environment breaks when its folder moves or its Python goes; and PYTHON= may name another interpreter.
venv_is_usable() {
    [ "$(cat "$venv/made-for" 2>/dev/null)" = "$root" ] || return 1
    has=$("$venv/bin/python" -V 2>/dev/null) || return 1
    [ -z "${PYTHON:-}" ] || [ "$has" = "$("$PYTHON" -V 2>&1)" ]
}

mkdir -p build
: >"$log"
if ! venv_is_usable; then
    find_python
    rm -f "$venv/made-for"
    step "$venv/made-for" "making .venv with $("$python" -V)" "$root" make_venv
fi
step "$venv/made-from-lock" "installing the locked Python packages" "$(cksum <requirements-dev.txt)" install_packages
step "$venv/made-from-project" "installing this checkout, editable" "$(cksum <pyproject.toml)" install_checkout
step node_modules/.made-from-lock "installing the CDK CLI" "$(cksum <package-lock.json)" npm_ci
step build/official-clients/.made-from-lock "fetching AWS's last official clients, to compare with" \
    "$(cat tools/official-clients/* | cksum)" install_official_clients
# AWS publishes it for Linux only.
[ "$(uname)" != Linux ] ||
    step build/lambda-runtime/.made-from-lock "fetching AWS's Lambda runtime client, to run the handlers under" \
        "$(cksum <tools/lambda-runtime/requirements.txt)" install_lambda_runtime
