"""Loads every file of a folder in native onnxruntime and checks it with onnx.checker (full_check): a table of forms by models."""
import sys
from collections import defaultdict
from pathlib import Path

import onnx
import onnxruntime as ort

options = ort.SessionOptions()
options.log_severity_level = 4
table: dict[str, dict[str, str]] = defaultdict(dict)
bad = 0
for path in sorted(Path(sys.argv[1]).glob("*.onnx")):
    model, form, _ = path.name.rsplit(".", 2)
    try:
        onnx.checker.check_model(str(path), full_check=True)
        ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        table[model][form] = "ok"
    except Exception as error:  # noqa: BLE001
        table[model][form] = f"FAILED {str(error).splitlines()[0][:80]}"
        bad += 1
forms = sorted({form for row in table.values() for form in row})
print("| model | " + " | ".join(forms) + " |")
print("|---" * (len(forms) + 1) + "|")
for model, row in table.items():
    print(f"| {model} | " + " | ".join(row.get(form, "-") for form in forms) + " |")
sys.exit(1 if bad else 0)
