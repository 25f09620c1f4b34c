"""Judges what run.ts left in a folder, with the onnx package and native onnxruntime; prints tables and exits 1 where a line fails."""
import json
import sys
from pathlib import Path

import onnx
import onnxruntime

from tensors import distance, identical, load_runs, native
from weights import packed_bytes, zeros

TOLERANCE = 1e-4


def checked(path: Path) -> str:
    """'full' with shape inference, 'plain' where an operator outside ONNX has none; raises where the file is not valid."""
    try:
        onnx.checker.check_model(str(path), full_check=True)
        return "full"
    except onnx.shape_inference.InferenceError:
        onnx.checker.check_model(str(path))
        return "plain"


def row(*cells: object) -> None:
    print("| " + " | ".join(str(c) for c in cells) + " |")


def head(title: str, *columns: str) -> None:
    print(f"\n## {title}")
    row(*columns)
    row(*["---"] * len(columns))


def judge_round_trips(out: Path, models: dict[str, str]) -> int:
    bad = 0
    head("Round trip", "model", "bytes", "identical bytes", "identical messages", "native outputs bit-identical")
    for name, path in models.items():
        before, after = Path(path).read_bytes(), (out / f"{name}.copy.onnx").read_bytes()
        runs = load_runs(out / name)
        same = [before == after, onnx.load_from_string(before) == onnx.load_from_string(after), identical(native(before, runs), native(after, runs))]
        bad += not (same[0] or same[1]) or not same[2]
        row(name, len(before), *same)
    return bad


def judge_exports(out: Path, cases: list[dict]) -> int:
    bad = 0
    head(
        "Exports", "file", "bytes", "% of original", "checker", "native against web, max abs", "of range", "file against live values",
        "agreement with original: top-1 %", "cosine (native)", "accuracy before, after",
    )  # fmt: skip
    for case in cases:
        name = f"{case['model']}.{case['id']}"
        if case["failed"]:
            bad += 1
            row(name, "FAILED")
            continue
        path = out / f"{name}.onnx"
        report = json.loads((out / f"{name}.report.json").read_text())
        web = load_runs(out / name)
        here = native(str(path), web)
        gap = distance([r["outputs"] for r in web], here)
        original = distance(native(case["path"], web), here)
        export = report["checks"]["proof"]["studio"]
        ok = min(gap["maxAbs"], gap["relative"]) <= TOLERANCE and export["ok"]
        bad += not ok
        sides = [report[side]["accuracy"] for side in ("before", "after")]
        accuracy = f"{sides[0]['top1']:.1f}, {sides[1]['top1']:.1f} ({sides[0]['samples']})" if sides[0] else "-"
        top1 = report["agreement"]["top1"]
        row(
            name, path.stat().st_size, f"{100 * path.stat().st_size / Path(case['path']).stat().st_size:.2f}", checked(path),
            f"{gap['maxAbs']:.1e}", f"{gap['relative']:.1e}", f"{export['maxAbs']:.1e}", "-" if top1 is None else f"{top1:.1f}",
            f"{original['cosine']:.6f}", accuracy + ("" if ok else " FAILED"),
        )  # fmt: skip
    return bad


def judge_packing(out: Path, cases: list[dict]) -> int:
    bad = 0
    head("b bits against b/32 of the weights' bytes", "file", "weights, bytes", "codes", "all new tensors", "file beyond the original's rest", "against b/32", "file, % of original")
    for case in cases:
        if case["failed"] or not case["id"].startswith("packed") or case["model"] != "squeezenet1.1":
            continue
        path, bits = out / f"{case['model']}.{case['id']}.onnx", int(case["id"][-1])
        p = packed_bytes(onnx.load(case["path"]), onnx.load(path), (Path(case["path"]).stat().st_size, path.stat().st_size))
        ideal = p["weights"] * bits / 32
        excess = p["all"] / ideal - 1
        bad += abs(excess) > 0.06
        row(path.name, p["weights"], *(f"{p[k]} ({100 * (p[k] / ideal - 1):+.2f} %)" for k in ("codes", "tensors", "all")), "ok" if abs(excess) <= 0.06 else "FAILED", f"{100 * p['file'] / p['original']:.2f}")
    return bad


def judge_zeros(out: Path, cases: list[dict]) -> int:
    bad = 0
    head("Sparsity 0.6, global", "file", "weights", "round(0.6 n)", "zeros read", "zeros reported", "smaller weights kept", "most levels in a channel", "")
    for case in cases:
        if case["failed"] or "prune" not in case["id"] or case["model"] != "squeezenet1.1":
            continue
        name = f"{case['model']}.{case['id']}"
        z = zeros(onnx.load(case["path"]), onnx.load(out / f"{name}.onnx"))
        report = json.loads((out / f"{name}.report.json").read_text())
        told = round(sum(layer["sparsity"] * layer["params"] for layer in report["layers"]))
        # Rounding to 4 bits makes zeros of its own after the cut; before it, it changes which weights are the smallest.
        ok = z["zeros"] == told and (z["zeros"] >= z["wanted"] if case["id"] == "prune-quantize4" else z["zeros"] == z["wanted"])
        ok = ok and (case["id"] == "quantize4-prune" or z["smallerKept"] == 0)
        bad += not ok
        row(name, z["weights"], z["wanted"], z["zeros"], told, z["smallerKept"], z["levels"], "ok" if ok else "FAILED")
    return bad


def main() -> None:
    out = Path(sys.argv[1])
    cases = json.loads((out / "cases.json").read_text())
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}")
    models = {case["model"]: case["path"] for case in cases}
    bad = judge_round_trips(out, models) + judge_exports(out, cases) + judge_packing(out, cases) + judge_zeros(out, cases)
    print(f"\n{bad} lines failed")
    sys.exit(1 if bad else 0)


main()
