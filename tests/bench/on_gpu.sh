#!/usr/bin/env bash
# All that needs a card, in one go, in under eight minutes; a table at the end says what came of it.
#
#   bash tests/bench/on_gpu.sh [PYTHON [FOLDER]]   # GRADER_DATA names the folder with MNIST/ and FashionMNIST/
#
# Without a card it says so and ends with 2; with 1 when a step failed or took more than three minutes. What each step
# printed is left in FOLDER, if one is named.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python=${1:-python}
out=$(realpath -m "${2:-$(mktemp -d)}")
mkdir -p "$out"
rows=()
failed=0

"$python" -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' || {
    echo "torch finds no CUDA device here: nothing was run" >&2
    exit 2
}

# step NAME PATTERN COMMAND...: run it, keep its output, and of that the last line that matches for the table
step() {
    local name=$1 pattern=$2 began=$SECONDS status=0
    shift 2
    echo "== $name: $*"
    local log=$out/$((${#rows[@]} + 1)).log
    timeout 180 "$@" >"$log" 2>&1 || status=$?
    tail -n 15 "$log"
    ((status == 0)) || failed=1
    rows+=("$name | exit $status | $((SECONDS - began)) s | $(grep -E "$pattern" "$log" | tail -n 1)")
}

step "tests marked cuda" "passed|failed" "$python" -m pytest -q -m cuda tests/reference tests/e2e/test_card.py
step "student42, strict, on the card" "student42 " "$python" -m grader.cli run exercises/student42 --device cuda --out "$out/strict"
step "student42, not confined" "student42 " "$python" -m grader.cli run exercises/student42 --device cuda --isolation none --out "$out/none"
if [ -n "${GRADER_DATA:-}" ]; then
    fashion=(--data fashion_mnist --root "$GRADER_DATA")
    digits=(--data mnist --root "$GRADER_DATA")
else
    fashion=() digits=()
fi
step "LeNet5 against the lesson's loop" "times as fast" "$python" -m tests.bench.bench_training --network lenet5 --together 30 "${fashion[@]}"
step "MnistCNN against the lesson's loop" "times as fast" "$python" -m tests.bench.bench_training --network mnist_cnn "${digits[@]}"
if [ -n "${GRADER_DATA:-}" ]; then
    step "the record, 30 seeds together" "s a seed of steps" "$python" -m reference.record --root "$GRADER_DATA"
fi

echo
"$python" -c 'import torch; print(torch.cuda.get_device_name(), "torch", torch.__version__)'
nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null | sed 's/^/driver /'
printf '%s\n' "step | exit | time | result" "${rows[@]}"
exit $failed
