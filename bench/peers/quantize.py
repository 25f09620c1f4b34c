"""One method on one model, in a process of its own, so that its peak memory is its own: prints a JSON object.

    python bench/peers/quantize.py CARD.json METHOD OUT.onnx --work FOLDER [--samples N] [--seed N]

Without --samples it calibrates on the samples of the split, or of the draw with that seed; with it, on the first N of the data (to measure memory only). Seconds are from
file to file, without importing the peer. The process is pinned to one core, since peers' calibrators offer no way to limit their threads.
"""

import argparse
import importlib
import json
import os
import resource
import time
from pathlib import Path

from data import Samples
from method import Method, feeds_of
from split import SEED

MINUTES = 15
PEERS = ["onnxruntime", "nncf", "onnxsim"]


def methods_of(peer: str) -> list[Method]:
    return importlib.import_module(f"peer_{peer}").METHODS


def peak_mib() -> float:
    """Peak resident memory of this process. Not getrusage's: Linux counts the memory of the process it was forked from into that."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("card", type=Path)
    parser.add_argument("method", help="the id of a method: peer-form-name")
    parser.add_argument("out", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--samples", type=int)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--memory-limit", type=float, default=8, help="GiB of address space")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    limit = int(arguments.memory_limit * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    # Time on the CPU, not on the clock: others use the machine too.
    resource.setrlimit(resource.RLIMIT_CPU, (60 * MINUTES, 60 * MINUTES + 5))
    samples = Samples(arguments.card, arguments.work, seed=arguments.seed)
    indices = samples.calibration if arguments.samples is None else list(range(arguments.samples))
    [method] = [m for m in methods_of(arguments.method.split("-")[0]) if m.id == arguments.method]
    before, cpu, wall = peak_mib(), time.process_time(), time.perf_counter()
    method.run(samples.model, feeds_of(samples, indices), arguments.out)
    outcome = {"samples": len(indices), "seconds": round(time.perf_counter() - wall, 2), "cpuSeconds": round(time.process_time() - cpu, 2)}
    print(json.dumps({**outcome, "peakMiB": round(peak_mib()), "startMiB": round(before)}))


if __name__ == "__main__":
    main()
