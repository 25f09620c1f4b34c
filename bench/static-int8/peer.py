"""File to static int8 file by onnxruntime.quantization, as a person writes it: one process, timed from outside.

    python bench/static-int8/peer.py MODEL.onnx SAMPLES.npy INPUT MinMax|Percentile|Entropy COUNT OUT.onnx

Calibrates on the samples of Whittle's own draw (bench/peers/split.py), one a run as its examples do, each read from the file when it is its turn, so
that nothing of this script counts into the peer's memory. QDQ, uint8 activations, int8 weights with a scale a channel.
"""

import sys
from pathlib import Path

import numpy as np
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

sys.path.append(str(Path(__file__).resolve().parent.parent / "peers"))
from split import split  # noqa: E402


class Reader(CalibrationDataReader):
    def __init__(self, path: str, name: str, count: int):
        mapped = np.load(path, mmap_mode="r")
        self.path, self.name, self.start, self.shape = path, name, mapped.offset, (1, *mapped.shape[1:])
        self.left = iter(split(len(mapped), count)[0])

    def get_next(self) -> dict | None:
        index = next(self.left, None)
        if index is None:
            return None
        size = int(np.prod(self.shape))
        values = np.fromfile(self.path, np.float32, size, offset=self.start + 4 * size * index)
        return {self.name: values.reshape(self.shape)}


def main() -> None:
    model, samples, name, method, count, out = sys.argv[1:]
    quantize_static(
        model, out, Reader(samples, name, int(count)), quant_format=QuantFormat.QDQ, per_channel=True,
        weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8, calibrate_method=CalibrationMethod[method],
    )  # fmt: skip


main()
