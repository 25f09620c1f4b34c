"""python bench/peers/table.py: results.json as the Markdown tables of README.md."""

import json
import sys
from pathlib import Path


def table(columns: list[str], rows: list[list]) -> None:
    for cells in [columns, ["---"] * len(columns), *rows]:
        print("| " + " | ".join(str(cell) for cell in cells) + " |")
    print()


def main() -> None:
    results = json.loads((Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("results.json")).read_text())
    for model, before in results["float"].items():
        print(f"### {model}: {before['top1']} % on {before['scored']} samples\n")
        rows = [row for row in results["accuracy"] if row["model"] == model]
        table(
            ["form", "peer", "method", "bytes", "% of float", "top-1", "points lost", "agreement %", "KL", "draws", "seconds", "CPU seconds", "peak MiB"],
            [
                [row["form"], row["peer"], row["method"] + (f" ({row['note']})" if row["note"] else ""), *figures(row, ["bytes", "percent", "top1", "drop", "agreement", "kl", "draws", "seconds", "cpuSeconds", "peakMiB"])]
                for row in sorted(rows, key=lambda row: row["form"][1:], reverse=True)
            ],
        )
    print("### Peak memory of calibration\n")
    table(["model", "method", "samples", "peak MiB", "MiB before", "CPU seconds"], [[row["model"], row["id"], row["samples"], *figures(row, ["peakMiB", "startMiB", "cpuSeconds"])] for row in results["memory"]])
    print("### Stack of four 256 x 256 MatMuls, 4 bits in blocks of 32\n")
    table(["peer", "method", "relative L2", "bytes", "seconds", "CPU seconds"], [[row["peer"], row["method"], *figures(row, ["relativeL2", "bytes", "seconds", "cpuSeconds"])] for row in results["stack"]])


def figures(row: dict, keys: list[str]) -> list:
    return [row["error"], *[""] * (len(keys) - 1)] if "error" in row else [figure(row, key) for key in keys]


def figure(row: dict, key: str) -> str:
    """Mean ± standard deviation where several draws were measured; KL is not known of rows that are older."""
    if key == "draws":
        return str(len(row.get("draws", [None])))
    mean, deviation = row.get("spread", {}).get(key, (row.get(key, "-"), None))
    return str(mean) if deviation is None else f"{mean} ± {deviation}"


if __name__ == "__main__":
    main()
