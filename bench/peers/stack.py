"""4-bit weights on a stack of four 256 x 256 MatMuls: relative L2 error of the stack's output, for peers and for any file given.

    python bench/peers/stack.py --work FOLDER [--out results.json]     # peers
    python bench/peers/stack.py --work FOLDER FILE.onnx ...             # files

Writes FOLDER/stack/stack.onnx (gaussian weights of variance 1/256, no activations, seeded), calibration.npy and held.npy (1,024 gaussian
rows each; calibration is fed 8 rows a batch, 128 batches). The error is taken on the held rows.
"""

import argparse
import datetime
import importlib.metadata
import json
import time
from collections.abc import Callable
from pathlib import Path

import nncf
import numpy as np
import onnx
import onnxsim
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import matmul_nbits_quantizer as nbits

from judge import session, size_of
from peer_onnxruntime import Reader
from peer_onnxsim import save

SIZE, LAYERS, ROWS, BATCH, SEED, BLOCK = 256, 4, 1024, 8, 4, 32
OPSET = 21


def make(folder: Path) -> Path:
    random = np.random.default_rng(SEED)
    folder.mkdir(parents=True, exist_ok=True)
    weights = [(random.standard_normal((SIZE, SIZE)) / np.sqrt(SIZE)).astype(np.float32) for _ in range(LAYERS)]
    for name in ("calibration", "held"):
        np.save(folder / f"{name}.npy", random.standard_normal((ROWS, SIZE)).astype(np.float32))
    names = ["x", *(f"h{i}" for i in range(1, LAYERS)), "y"]
    nodes = [helper.make_node("MatMul", [names[i], f"w{i}"], [names[i + 1]], name=f"matmul{i}") for i in range(LAYERS)]
    [x, y] = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["N", SIZE]) for n in ("x", "y")]
    graph = helper.make_graph(nodes, "stack", [x], [y], [numpy_helper.from_array(w, f"w{i}") for i, w in enumerate(weights)])
    onnx.save(onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)), folder / "stack.onnx")
    return folder / "stack.onnx"


def batches(folder: Path) -> list[dict]:
    return [{"x": rows} for rows in np.load(folder / "calibration.npy").reshape(-1, BATCH, SIZE)]


def relative_l2(model: Path, file: Path, folder: Path) -> float:
    held = np.load(folder / "held.npy")
    [exact, quantized] = [session(path).run(None, {"x": held})[0].astype(np.float64) for path in (model, file)]
    return float(np.linalg.norm(quantized - exact) / np.linalg.norm(exact))


def matmul_nbits(config: Callable[[list[dict]], nbits.WeightOnlyQuantConfig]):
    def run(model: onnx.ModelProto, data: list[dict]) -> onnx.ModelProto:
        quantizer = nbits.MatMulNBitsQuantizer(model, block_size=BLOCK, algo_config=config(data))
        quantizer.process()
        return quantizer.model.model

    return run


def sim(refine: Callable | None = None):
    def run(model: onnx.ModelProto, data: list[dict]) -> onnx.ModelProto:
        quantized = onnxsim.quantize_weight_only_int4(model)
        return refine(model, quantized, data) if refine else quantized

    return run


def compress(mode: nncf.CompressWeightsMode, **options):
    def run(model: onnx.ModelProto, data: list[dict]) -> onnx.ModelProto:
        dataset = nncf.Dataset(data) if options else None
        return nncf.compress_weights(model, mode=mode, ratio=1, group_size=BLOCK, all_layers=True, dataset=dataset, **options)

    return run


SYM, ASYM = nncf.CompressWeightsMode.INT4_SYM, nncf.CompressWeightsMode.INT4_ASYM
METHODS: list[tuple[str, str, Callable]] = [
    ("onnxruntime", "MatMulNBits, symmetric", matmul_nbits(lambda _: nbits.DefaultWeightOnlyQuantConfig(block_size=BLOCK, is_symmetric=True))),
    ("onnxruntime", "MatMulNBits, zero points", matmul_nbits(lambda _: nbits.DefaultWeightOnlyQuantConfig(block_size=BLOCK, is_symmetric=False))),
    ("onnxruntime", "MatMulNBits RTN", matmul_nbits(lambda _: nbits.RTNWeightOnlyQuantConfig())),
    ("onnxruntime", "MatMulNBits k-quant", matmul_nbits(lambda _: nbits.KQuantWeightOnlyQuantConfig())),
    ("onnxruntime", "MatMulNBits HQQ", matmul_nbits(lambda _: nbits.HQQWeightOnlyQuantConfig(block_size=BLOCK))),
    ("onnxruntime", "MatMulNBits GPTQ", matmul_nbits(lambda data: nbits.GPTQWeightOnlyQuantConfig(Reader(iter(data)), block_size=BLOCK))),
    ("onnxruntime", "MatMulNBits GPTQ, act order, mse", matmul_nbits(lambda data: nbits.GPTQWeightOnlyQuantConfig(Reader(iter(data)), block_size=BLOCK, actorder=True, mse=True))),
    ("onnxsim", "int4", sim()),
    ("onnxsim", "int4, GPTQ", sim(lambda model, quantized, data: onnxsim.apply_gptq(model, quantized, data))),
    ("onnxsim", "MatMulNBits", lambda model, _: onnxsim.quantize_weight_only_matmul_nbits(model)),
    ("onnxsim", "int4 HQQ", lambda model, _: onnxsim.quantize_weight_only_int4_hqq(model)),
    ("nncf", "int4_sym", compress(SYM)),
    ("nncf", "int4_asym", compress(ASYM)),
    ("nncf", "int4_sym, scale estimation", compress(SYM, scale_estimation=True)),
    ("nncf", "int4_sym, AWQ", compress(SYM, awq=True)),
    ("nncf", "int4_sym, GPTQ", compress(SYM, gptq=True)),
    ("onnxsim", "int4, AdaRound", sim(lambda model, quantized, data: onnxsim.apply_adaround(model, quantized, data))),
]


def judged(model: Path, file: Path, folder: Path) -> dict:
    try:
        return {"bytes": size_of(file), "relativeL2": round(relative_l2(model, file, folder), 4)}
    except Exception as error:  # onnxruntime's own classes share no base
        return {"error": f"does not run: {str(error).splitlines()[0].replace(str(file), file.name)}"}


def measured(peer: str, name: str, run: Callable, model: Path, folder: Path) -> dict:
    row = {"peer": peer, "version": importlib.metadata.version(peer), "method": name, "date": datetime.date.today().isoformat()}
    file = folder / "peer.onnx"
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        save(run(onnx.load(model), batches(folder)), file)
    except Exception as error:  # whatever a peer raises is its outcome
        return row | {"error": f"{type(error).__name__}: {str(error).splitlines()[0]}"}
    return row | {"seconds": round(time.perf_counter() - wall, 2), "cpuSeconds": round(time.process_time() - cpu, 2)} | judged(model, file, folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="results.json: rows are replaced by peer and method, others kept")
    parser.add_argument("--missing", action="store_true", help="only what has no row yet")
    arguments = parser.parse_args()
    folder = arguments.work / "stack"
    model = make(folder)
    for file in arguments.files:
        print(json.dumps({"file": file.name, **judged(model, file, folder)}), flush=True)
    if arguments.files:
        return
    kept = json.loads(arguments.out.read_text()) if arguments.out and arguments.out.exists() else {}
    rows = {(row["peer"], row["method"]): row for row in kept.get("stack", [])}
    for peer, name, run in METHODS:
        if arguments.missing and (peer, name) in rows:
            continue
        rows[peer, name] = measured(peer, name, run, model, folder)
        print(json.dumps(rows[peer, name]), flush=True)
        if arguments.out:
            arguments.out.write_text(json.dumps({**kept, "stack": list(rows.values())}, indent=1) + "\n")


if __name__ == "__main__":
    main()
