"""What a class costs: `python -m tests.bench.scale`. Processor time of whole runs, so that what runs beside it hardly matters.

Two classes of different sizes give a fixed cost and the cost of one submission more; all else is extrapolated from these
and printed as such. docs/scale.md has the figures.
"""

from __future__ import annotations

import argparse
import ctypes
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from grader.engine.local import versions
from grader.engine.shards import LEAST, MOST, ROUNDS
from tests.bench.classes import ARRAYS, make

ROOT = Path(__file__).parents[2]
PR_SET_CHILD_SUBREAPER = 36
CORES = 8  # of a laptop, and of a node
CLASSES = (300, 3_000, 100_000)
NODES = (1, 10, 100)
WRITING = 0.009  # seconds a submission of the one process that writes, measured where all outcomes were there at once


class Cost(NamedTuple):
    """Of one run."""

    seconds: float  # of processor time, of the command and of all processes that it has started
    peak: int  # MB of the largest process


def cost(class_: Path, out: Path) -> Cost:
    """Grade a class with two judges; the run and its orphans are waited for."""
    asked = [part for name in ARRAYS for part in ("--exercise", name)]
    command = [sys.executable, "-m", "grader.cli", "run", str(class_), *asked, "--out", str(out), "-q", "--jobs", "2"]
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        while True:
            try:
                os.wait()
            except ChildProcessError:
                break
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        os.write(writer, f"{used.ru_utime + used.ru_stime} {used.ru_maxrss >> 10}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    seconds, peak = os.read(reader, 100).split()
    return Cost(float(seconds), int(peak))


def wall(size: int, nodes: int, slope: float, fixed: float) -> float:
    """Seconds on so many idle machines: one of them alone, or each processor a shard at a time."""
    processors = CORES * nodes
    if nodes == 1:
        return fixed + slope * size / processors
    shard = min(MOST, max(LEAST, size // (ROUNDS * processors)))
    rounds = math.ceil(math.ceil(size / shard) / processors)
    return max(rounds * (shard * slope + fixed), size * WRITING)


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.bench.scale", description="Measure what a class costs.")
    parser.add_argument("--sizes", type=int, nargs=2, default=(100, 300), metavar="N")
    small, large = sorted(parser.parse_args().sizes)
    print(f"{platform.machine()}, {os.cpu_count()} processors, Linux {platform.release()}; {versions()}")
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as folder:
        first = {}
        for size in (small, large):
            class_, out = make(Path(folder) / f"class{size}", size), Path(folder) / f"out{size}"
            first[size] = cost(class_, out)
            print(f"measured: {size} submissions, {first[size].seconds:.1f} s, {first[size].peak} MB", flush=True)
        again = min(cost(class_, out).seconds for _ in range(3))
        print(
            f"measured: {large} submissions again, unchanged: {again:.2f} s, {first[large].seconds / again:.0f} times less"
        )
    slope = (first[large].seconds - first[small].seconds) / (large - small)
    fixed = first[small].seconds - slope * small
    print(f"so one submission more costs {slope:.2f} s, and a run {max(0.0, fixed):.1f} s")
    for size in CLASSES:
        told = ", ".join(f"{wall(size, nodes, slope, max(0.0, fixed)):,.0f} s on {nodes}" for nodes in NODES)
        print(f"extrapolated: {size:,} submissions: {told} machines of {CORES} processors that do nothing else")


if __name__ == "__main__":
    main()
