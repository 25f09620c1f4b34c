"""The one judge of this bench: plain onnxruntime on the CPU, on the samples that calibration never saw.

    python bench/peers/judge.py CARD.json --work FOLDER FILE.onnx ...

prints bytes, top-1, the drop against the card's float model in points, agreement with it (same class first) in percent, and the mean KL divergence from it
in nats. `--seed`: the samples that another draw left out (bench/accuracy); `--calibration 0`: all samples.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime

from data import CALIBRATION, Samples
from split import SEED

BATCH = 8


def session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def answers(path: Path, samples: Samples, indices: list[int]) -> np.ndarray:
    """The class scores, a row a sample, in float64. Raises ValueError where one is not finite."""
    run = session(path)
    feed = run.get_inputs()[0]
    size = feed.shape[0] if isinstance(feed.shape[0], int) else BATCH
    found = []
    for start in range(0, len(indices), size):
        batch = samples.batch(indices[start : start + size])
        rest = size - len(batch) if isinstance(feed.shape[0], int) else 0
        scores = run.run(None, {feed.name: np.pad(batch, [(0, rest), (0, 0), (0, 0), (0, 0)])})[0]
        rows = scores.reshape(len(batch) + rest, -1)[: len(batch)]
        if not np.isfinite(rows).all():
            raise ValueError(f"{path.name} gives values that are not finite.")
        found.append(rows.astype(np.float64))
    return np.concatenate(found)


def are_probabilities(scores: np.ndarray) -> bool:
    return bool((scores >= 0).all() and (np.abs(scores.sum(1) - 1) <= 0.01).all())


def log_probabilities(scores: np.ndarray, probabilities: bool) -> np.ndarray:
    """Natural logarithms of the class probabilities, as src/measure/divergence.ts takes them."""
    logs = np.log(np.maximum(scores, 2.0**-149)) if probabilities else scores
    logs = logs - logs.max(1, keepdims=True)
    return logs - np.log(np.exp(logs).sum(1, keepdims=True))


def size_of(path: Path) -> int:
    """Bytes of the file and of external data beside it under its name."""
    return sum(p.stat().st_size for p in [path, path.with_name(path.name + ".data")] if p.exists())


class Judge:
    """Scores files of one card; the float model runs once."""

    def __init__(self, samples: Samples):
        self.samples = samples
        self.labels = samples.labels[samples.scored]
        self.before = answers(samples.model, samples, samples.scored)
        # A quantized softmax may sum to something else: the float model's scores say what both are.
        self.probabilities = are_probabilities(self.before)
        self.float_top1 = 100 * float((self.before.argmax(1) == self.labels).mean())

    def score(self, path: Path) -> dict:
        after = answers(path, self.samples, self.samples.scored)
        top1 = 100 * float((after.argmax(1) == self.labels).mean())
        return {
            "bytes": size_of(path),
            "percent": round(100 * size_of(path) / size_of(self.samples.model), 2),
            "top1": round(top1, 2),
            "drop": round(self.float_top1 - top1, 2),
            "agreement": round(100 * float((after.argmax(1) == self.before.argmax(1)).mean()), 2),
            "kl": float(f"{self.divergence(after):.3g}"),
        }

    def divergence(self, after: np.ndarray) -> float:
        """Mean over samples of D(float || file) in nats."""
        p, q = (log_probabilities(scores, self.probabilities) for scores in (self.before, after))
        return float((np.exp(p) * (p - q)).sum(1).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("card", type=Path)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--work", type=Path, required=True, help="folder for decoded samples, outside of the repository")
    parser.add_argument("--calibration", type=int, default=CALIBRATION, help="samples left out of the score")
    parser.add_argument("--seed", type=int, default=SEED, help="which draw of them (default: the product's own)")
    parser.add_argument("--json", action="store_true", help="a JSON object a line")
    arguments = parser.parse_intermixed_args()
    judge = Judge(Samples(arguments.card, arguments.work, arguments.calibration, arguments.seed))
    for path in [judge.samples.model, *arguments.files]:
        try:
            line = {"file": path.name, **judge.score(path)}
        except Exception as error:  # onnxruntime's own classes share no base; the other files are still to be scored
            line = {"file": path.name, "error": str(error).splitlines()[0]}
        print(json.dumps(line) if arguments.json else "  ".join(f"{k} {v}" for k, v in line.items()), flush=True)


if __name__ == "__main__":
    main()
