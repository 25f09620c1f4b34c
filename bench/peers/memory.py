"""Peak memory of calibration at 100 and 500 samples, method by method, each in a process of its own.

    python bench/peers/memory.py CARD.json ... --work FOLDER
"""

import argparse
import json
from pathlib import Path

from run import HERE, quantized

METHODS = [
    "onnxruntime-w8a8-minmax",
    "onnxruntime-w8a8-entropy",
    "onnxruntime-w8a8-percentile",
    "nncf-w8a8-mixed-no-bias-correction-8-bits",
    "onnxsim-w8a8-mse-all-activations",
]
COUNTS = [100, 500]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cards", type=Path, nargs="+")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--missing", action="store_true", help="only what has no row yet")
    parser.add_argument("--out", type=Path, default=HERE / "results.json", help="rows are replaced by model, method and count, others kept")
    arguments = parser.parse_args()
    kept = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
    rows = {(row["model"], row["id"], row["samples"]): row for row in kept.get("memory", [])}
    for card in arguments.cards:
        model = card.name.removesuffix(".card.json")
        for method in METHODS:
            for count in COUNTS:
                if arguments.missing and (model, method, count) in rows:
                    continue
                outcome = quantized(card, method, arguments.work / "memory.onnx", arguments.work, "--samples", str(count))
                row = {"model": model, "id": method, "samples": count, **outcome}
                print(json.dumps(row), flush=True)
                rows[model, method, count] = row
                arguments.out.write_text(json.dumps({**kept, "memory": list(rows.values())}, indent=1) + "\n")


if __name__ == "__main__":
    main()
