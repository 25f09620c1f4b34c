"""The quantizers of the Python package onnxsim."""

from collections.abc import Callable
from pathlib import Path

import onnx
import onnxsim
from onnx import version_converter
from onnxsim.full_qdq import quantize_full_qdq
from onnxsim.quark_weight_rounding import adaround_int8, gptq_int8

from method import Feeds, Method

INT4_OPSET = 21
PER_CHANNEL = {"per_channel": True, "mse": True}


def save(model: onnx.ModelProto, out: Path) -> None:
    """Written without the float weights that onnxsim leaves in the file unused: counting those would flatter us."""
    used = {name for node in model.graph.node for name in node.input}
    kept = [w for w in model.graph.initializer if w.name in used]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    onnx.save(model, out)


def static(method: str, equalize=False, correct=False, **options):
    def run(model: Path, feeds: Feeds, out: Path) -> None:
        source, batches = onnx.load(model), list(feeds())
        ready = onnxsim.cross_layer_equalize(source) if equalize else source
        quantized = onnxsim.quantize_static(ready, batches, method=method, **options)
        save(onnxsim.correct_bias(ready, quantized, batches) if correct else quantized, out)

    return run


def refined(refine: Callable | None, **options):
    """The port of AMD Quark's flow: every activation, then each layer's codes."""

    def run(model: Path, feeds: Feeds, out: Path) -> None:
        source, batches = onnx.load(model), list(feeds())
        quantized = quantize_full_qdq(source, batches, method="mse")
        save(refine(source, quantized, batches, **options)[0] if refine else quantized, out)

    return run


def weights(quantize: Callable):
    def run(model: Path, _feeds: Feeds, out: Path) -> None:
        save(quantize(onnx.load(model)), out)

    return run


def int4(source: onnx.ModelProto) -> onnx.ModelProto:
    return onnxsim.quantize_weight_only_int4(version_converter.convert_version(source, INT4_OPSET))


def auto_int4(model: Path, feeds: Feeds, out: Path) -> None:
    # No budget can be met, so that every refinement is tried and the least lossy outcome comes back.
    source = version_converter.convert_version(onnx.load(model), INT4_OPSET)
    save(onnxsim.auto_quantize_int4(source, accuracy_budget=0.0, calibration_data=list(feeds())).quantized_model, out)


METHODS = [
    *(Method("onnxsim", f"{method}, all activations", "W8A8", static(method, full_graph=True)) for method in ["minmax", "entropy", "percentile", "mse", "auto"]),
    Method("onnxsim", "minmax", "W8A8", static("minmax"), "only inputs of Conv, MatMul and Gemm: the rest stays float"),
    Method("onnxsim", "mse", "W8A8", static("mse"), "only inputs of Conv, MatMul and Gemm: the rest stays float"),
    Method("onnxsim", "mse, equalized, bias corrected", "W8A8", static("mse", equalize=True, correct=True), "only inputs of Conv, MatMul and Gemm: the rest stays float"),
    Method("onnxsim", "Quark port, mse", "W8A8", refined(None)),
    Method("onnxsim", "Quark port, mse, GPTQ", "W8A8", refined(gptq_int8)),
    Method("onnxsim", "Quark port, mse, AdaRound", "W8A8", refined(adaround_int8)),
    Method("onnxsim", "Quark port, mse, GPTQ", "W4A8", refined(gptq_int8, bits=4, **PER_CHANNEL), "4-bit codes per channel, stored as int8; grouped layers stay at 8 bits"),
    Method("onnxsim", "Quark port, mse, GPTQ", "W3A8", refined(gptq_int8, bits=3, **PER_CHANNEL), "3-bit codes per channel, stored as int8; grouped layers stay at 8 bits"),
    Method("onnxsim", "weight-only int8", "W8", weights(onnxsim.quantize_weight_only)),
    Method("onnxsim", "weight-only int4", "W4", weights(int4), "blocks of 32, codes -7..7"),
    Method("onnxsim", "auto int4", "W4", auto_int4, "blocks of 32; equalization, bias correction, AdaRound tried in turn"),
    Method("onnxsim", "k-means", "16 clusters", weights(onnxsim.quantize_weight_only_kmeans), "Gemm and MatMul only, stored as float: Conv layers stay as they were"),
]
