#!/bin/sh
# install-lock LOCK [FOLDER]: what a lock names, by hash, into /opt/venv; with a folder, there, less what /opt/venv has.
set -eu
lock=$1 folder=${2:-}
if [ -s /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi
if [ -s /run/secrets/pip ]; then export PIP_CONFIG_FILE=/run/secrets/pip; fi
python3 -m pip --python /opt/venv/bin/python --quiet install --require-hashes --no-compile --no-cache-dir \
  --disable-pip-version-check --no-warn-script-location ${folder:+--prefix "$folder"} -r "$lock"
python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash "${folder:-/opt/venv/lib}" || true
