#!/usr/bin/env bash
# Gradescope runs this once, when the autograder's image is built. Needs about 2 GB of disk.
set -euo pipefail
cd "${AUTOGRADER:-/autograder}/source"

export DEBIAN_FRONTEND=noninteractive
apt-get update
for python in python3.13 python3.12 python3.11 python3; do
  if apt-get install -y --no-install-recommends "$python" "$python-venv" git &&
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    break
  fi
done
"$python" -m venv ../venv
# torch for processors only: the usual one brings gigabytes of CUDA
../venv/bin/python -m pip install --no-cache-dir --index-url "${TORCH_INDEX:-https://download.pytorch.org/whl/cpu}" \
  -r torch.txt
../venv/bin/python -m pip install --no-cache-dir -r requirements.txt
