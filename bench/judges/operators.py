"""Writes the models of the onnx package's own operator tests, one a case, to a folder."""
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

from onnx.backend.test.case.node import collect_testcases  # noqa: E402

folder = Path(sys.argv[1])
folder.mkdir(exist_ok=True)
for case in collect_testcases(None):
    if case.model is not None:
        (folder / f"{case.name}.onnx").write_bytes(case.model.SerializeToString())
