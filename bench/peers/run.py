"""Quantizes by every method of every peer, each in a process of its own, and judges the files: see README.md."""

import argparse
import datetime
import importlib.metadata
import json
import re
import signal
import statistics
import subprocess
import sys
from pathlib import Path

import onnx

from data import Samples
from judge import Judge
from quantize import MINUTES, PEERS, methods_of
from split import SEED

HERE = Path(__file__).resolve().parent
LONGEST = 500


def told(message: str) -> str:
    """A peer's message without the folders of the machine."""
    return re.sub(r"/\S+/", "", message)[:LONGEST]


def quantized(card: Path, method: str, out: Path, work: Path, *options: str) -> dict:
    """What quantize.py printed, or why it failed."""
    command = [sys.executable, str(HERE / "quantize.py"), str(card), method, str(out), "--work", str(work), *options]
    out.unlink(missing_ok=True)
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == -signal.SIGXCPU:
        return {"error": f"stopped after {MINUTES} minutes of CPU time"}
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        return {"error": told(lines[-1]) if lines else f"ended with {done.returncode}"}
    return json.loads(done.stdout.splitlines()[-1])


def scored(judges: dict[int, Judge], card: Path, method: str, out: Path, work: Path) -> dict:
    """Cost, and the figures of the draws: those of the first, and mean and standard deviation of all. Or why one failed."""
    draws = []
    for seed, judge in judges.items():
        cost = quantized(card, method, out, work, "--seed", str(seed))
        if "error" in cost:
            return cost
        try:
            draws.append(cost | judge.score(out) | {"floatLayers": float_weights(out)})
        except Exception as error:  # onnxruntime's own classes share no base; the other methods are still to be scored
            return cost | {"error": f"does not run: {told(str(error).splitlines()[0])}"}
    if len(draws) < 2:
        return draws[0]
    columns = {key: [draw[key] for draw in draws] for key in ("drop", "agreement", "kl")}
    spread = {key: [shortened(key, of(column)) for of in (statistics.mean, statistics.stdev)] for key, column in columns.items()}
    return draws[0] | {"draws": [{"seed": seed} | {key: draw[key] for key in columns} for seed, draw in zip(judges, draws)], "spread": spread}


def shortened(key: str, value: float) -> float:
    return float(f"{value:.3g}") if key == "kl" else round(value, 2)


def float_weights(path: Path) -> str:
    """How many of the weights (constants of two or more axes into Conv, Gemm, MatMul) are still float."""
    graph = onnx.load(path).graph
    shapes = {w.name: w for w in graph.initializer if w.data_type == onnx.TensorProto.FLOAT and len(w.dims) >= 2}
    layers = [n for n in graph.node if n.op_type in ("Conv", "ConvTranspose", "Gemm", "MatMul")]
    return f"{sum(n.input[1] in shapes for n in layers)} of {len(layers)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cards", type=Path, nargs="+")
    parser.add_argument("--work", type=Path, required=True, help="folder for samples and quantized files, outside of the repository")
    parser.add_argument("--draws", type=int, default=3, help="draws of calibration samples; each is scored on what it left out")
    parser.add_argument("--only", default="", help="text that the id of a method has")
    parser.add_argument("--skip", help="text that the id of a method has not")
    parser.add_argument("--missing", action="store_true", help="only what has no row yet")
    parser.add_argument("--out", type=Path, default=HERE / "results.json", help="rows are replaced by model and method, others kept")
    arguments = parser.parse_args()
    kept = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
    rows = {(row["model"], row["id"]): row for row in kept.get("accuracy", [])}
    for card in arguments.cards:
        model = card.name.removesuffix(".card.json")
        judges = {seed: Judge(Samples(card, arguments.work, seed=seed)) for seed in range(SEED, SEED + arguments.draws)}
        judge = judges[SEED]
        folder = arguments.work / "files" / model
        folder.mkdir(parents=True, exist_ok=True)
        for method in (m for peer in PEERS for m in methods_of(peer)):
            if arguments.only not in method.id or (arguments.skip and arguments.skip in method.id) or (arguments.missing and (model, method.id) in rows):
                continue
            out = folder / f"{method.id}.onnx"
            row = {"model": model, "id": method.id, "peer": method.peer, "form": method.form, "method": method.name, "note": method.note}
            row |= {"version": importlib.metadata.version(method.peer), "date": datetime.date.today().isoformat()}
            row |= scored(judges, card, method.id, out, arguments.work)
            print(json.dumps(row), flush=True)
            rows[model, method.id] = row
            floats = {**kept.get("float", {}), model: {"top1": round(judge.float_top1, 2), "scored": len(judge.labels)}}
            kept |= {"float": floats, "accuracy": list(rows.values())}
            arguments.out.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
