"""onnxruntime.quantization: static QDQ by its three calibrators, dynamic, int4 weights."""

from collections.abc import Iterator
from pathlib import Path

from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from method import Feeds, Method


class Reader(CalibrationDataReader):
    def __init__(self, batches: Iterator[dict]):
        self.batches = batches

    def get_next(self) -> dict | None:
        return next(self.batches, None)


def static(calibration: CalibrationMethod, weights=QuantType.QInt8, activations=QuantType.QUInt8, prepared=True, **extra):
    def run(model: Path, feeds: Feeds, out: Path) -> None:
        source = out.with_suffix(".prepared.onnx") if prepared else model
        if prepared:
            quant_pre_process(model, source)
        quantize_static(
            source, out, Reader(feeds()), quant_format=QuantFormat.QDQ, calibrate_method=calibration, per_channel=True,
            weight_type=weights, activation_type=activations, extra_options=extra,
        )  # fmt: skip
        if prepared:
            source.unlink()

    return run


def dynamic(model: Path, _feeds: Feeds, out: Path) -> None:
    # ConvInteger of onnxruntime's CPU takes uint8 weights only.
    quantize_dynamic(model, out, weight_type=QuantType.QUInt8)


METHODS = [
    *(
        Method("onnxruntime", name, "W8A8", static(calibration))
        for name, calibration in [("MinMax", CalibrationMethod.MinMax), ("Entropy", CalibrationMethod.Entropy), ("Percentile", CalibrationMethod.Percentile)]
    ),
    Method("onnxruntime", "MinMax, no pre-process", "W8A8", static(CalibrationMethod.MinMax, prepared=False)),
    Method("onnxruntime", "MinMax, int8 activations", "W8A8", static(CalibrationMethod.MinMax, activations=QuantType.QInt8, ActivationSymmetric=True)),
    Method("onnxruntime", "dynamic", "W8 dynamic", dynamic, "per tensor: ConvInteger has one scale"),
    Method("onnxruntime", "MinMax, int4 weights", "W4A8", static(CalibrationMethod.MinMax, weights=QuantType.QInt4)),
    Method("onnxruntime", "MinMax, int4 weights", "W4A16", static(CalibrationMethod.MinMax, weights=QuantType.QInt4, activations=QuantType.QUInt16)),
]
