"""Preprocessed samples of a card, written once: what a peer reads and what Whittle reads.

    python bench/static-int8/samples.py CARD.json COUNT OUT.npy --work FOLDER

writes COUNT samples as one float32 array [n, ...], in the order of the data and from its start again where there are fewer, and prints the name of
the model's input.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parent.parent / "peers"))
from data import Samples  # noqa: E402
from method import input_name  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("card", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    arguments = parser.parse_args()
    samples = Samples(arguments.card, arguments.work)
    shape = (arguments.count, *samples.batch([0]).shape[1:])
    written = np.lib.format.open_memmap(arguments.out, "w+", np.float32, shape)
    for i in range(arguments.count):
        written[i] = samples.batch([i % len(samples.labels)])[0]
    written.flush()
    print(json.dumps({"model": str(samples.model), "input": input_name(samples.model)}))


if __name__ == "__main__":
    main()
