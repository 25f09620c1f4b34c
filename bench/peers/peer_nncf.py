"""NNCF on ONNX: post-training quantization with its bias corrections, and weight compression."""

from pathlib import Path

import nncf
import onnx
from nncf.quantization.advanced_parameters import AdvancedQuantizationParameters, OverflowFix
from onnx import version_converter

from method import Feeds, Method

nncf.set_log_level(40)


INT4_OPSET = 21


def quantize(preset: nncf.QuantizationPreset, fast=True, **advanced):
    def run(model: Path, feeds: Feeds, out: Path) -> None:
        batches = list(feeds())
        options = {"preset": preset, "subset_size": len(batches), "fast_bias_correction": fast}
        if advanced:
            options["advanced_parameters"] = AdvancedQuantizationParameters(**advanced)
        onnx.save(nncf.quantize(onnx.load(model), nncf.Dataset(batches), **options), out)

    return run


def compress(mode: nncf.CompressWeightsMode, **options):
    def run(model: Path, _feeds: Feeds, out: Path) -> None:
        source = version_converter.convert_version(onnx.load(model), INT4_OPSET)
        onnx.save(nncf.compress_weights(source, mode=mode, **options), out)

    return run


PLAIN = {"overflow_fix": OverflowFix.DISABLE}
FOUR = {"ratio": 1, "group_size": -1, "all_layers": True}
PERFORMANCE, MIXED = nncf.QuantizationPreset.PERFORMANCE, nncf.QuantizationPreset.MIXED
METHODS = [
    Method("nncf", "performance, fast bias correction", "W8A8", quantize(PERFORMANCE), "the defaults: weights of 7 bits against overflow"),
    Method("nncf", "mixed, fast bias correction", "W8A8", quantize(MIXED), "weights of 7 bits against overflow"),
    Method("nncf", "mixed, fast bias correction, 8 bits", "W8A8", quantize(MIXED, **PLAIN)),
    Method("nncf", "mixed, no bias correction, 8 bits", "W8A8", quantize(MIXED, **PLAIN, disable_bias_correction=True)),
    Method("nncf", "mixed, full bias correction, 8 bits", "W8A8", quantize(MIXED, fast=False, **PLAIN)),
    Method("nncf", "int8_sym", "W8", compress(nncf.CompressWeightsMode.INT8_SYM)),
    Method("nncf", "int4_sym", "W4", compress(nncf.CompressWeightsMode.INT4_SYM, **FOUR)),
    Method("nncf", "int3_sym", "W3", compress(nncf.CompressWeightsMode.INT3_SYM, **FOUR)),
]
