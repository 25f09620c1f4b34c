"""Inputs and outputs that web.ts wrote, native runs, and how far two sets of outputs are apart."""
import json
from pathlib import Path

import numpy as np
import onnxruntime as ort

TYPES = {
    "float32": np.float32, "float64": np.float64, "float16": np.float16, "bool": np.bool_,
    "int8": np.int8, "uint8": np.uint8, "int16": np.int16, "uint16": np.uint16,
    "int32": np.int32, "uint32": np.uint32, "int64": np.int64, "uint64": np.uint64,
}  # fmt: skip


def load_runs(base: Path) -> list[dict]:
    """The runs of one file: [{inputs: {name: array}, outputs: {name: array}}]."""
    data = base.with_name(base.name + ".bin").read_bytes()

    def array(t: dict) -> np.ndarray:
        part = data[t["offset"] : t["offset"] + t["bytes"]]
        return np.frombuffer(part, TYPES[t["type"]]).reshape(t["dims"])

    runs = json.loads(base.with_name(base.name + ".json").read_text())
    return [{side: {n: array(t) for n, t in run[side].items()} for side in run} for run in runs]


def native(model: bytes | str, runs: list[dict]) -> list[dict]:
    """Outputs of native onnxruntime (CPU, one thread, default optimizations) on the same inputs."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    return [dict(zip(names, session.run(names, run["inputs"]))) for run in runs]


def identical(a: list[dict], b: list[dict]) -> bool:
    """Bit for bit."""
    return all(x.keys() == y.keys() and all(x[n].dtype == y[n].dtype and x[n].tobytes() == y[n].tobytes() for n in x) for x, y in zip(a, b, strict=True))


def distance(a: list[dict], b: list[dict]) -> dict:
    """Largest absolute difference, the same as a part of the largest magnitude of that output, and the least cosine."""
    worst = {"maxAbs": 0.0, "relative": 0.0, "cosine": 1.0}
    for x, y in zip(a, b, strict=True):
        for name in x:
            p, q = x[name].astype(np.float64).ravel(), y[name].astype(np.float64).ravel()
            if p.shape != q.shape:
                return {"maxAbs": np.inf, "relative": np.inf, "cosine": -1.0}
            if p.size == 0:
                continue
            gap = np.abs(p - q).max()
            scale = max(np.abs(p).max(), 1e-30)
            norms = np.linalg.norm(p) * np.linalg.norm(q)
            cosine = float(p @ q / norms) if norms > 0 else 1.0
            worst = {
                "maxAbs": max(worst["maxAbs"], float(gap)),
                "relative": max(worst["relative"], float(gap / scale)),
                "cosine": min(worst["cosine"], cosine),
            }
    return worst
