#!/bin/sh
# Installs Superset and its drivers from PyPI into a virtual environment outside the repository (about 1 GB, 3 minutes).
# Does nothing where the same requirements are installed already. Prints the folder of the environment.
#   PYTHON            an interpreter of Python 3.10 to 3.12 (default: python3.11, else python3)
#   TSDBT_CACHE   where such things lie (default: ~/.cache/tsdbt)
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
venv="${TSDBT_CACHE:-$HOME/.cache/tsdbt}/superset-6.1.0"
if cmp -s "$here/requirements.txt" "$venv/installed.txt"; then
  echo "$venv"
  exit 0
fi
python=${PYTHON:-$(command -v python3.11 || command -v python3)}
mkdir -p "$(dirname "$venv")"
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv" >&2
"$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2
cp "$here/requirements.txt" "$venv/installed.txt"
echo "$venv"
