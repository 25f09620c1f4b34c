"""Decodes the images of an evaluation card once, as Node has no image decoder: writes images.npy, labels.npy and card.json to a folder.

The images are resized and cropped as the card says (Pillow, bilinear) and kept as bytes; scale, mean and channel order stay on the card.
"""

import argparse
import csv
import json
from pathlib import Path

import numpy as np
from PIL import Image


def crop(image: Image.Image, size: tuple[int, int], shorter: int | None) -> Image.Image:
    height, width = size
    if shorter is None:
        return image.resize((width, height), Image.Resampling.BILINEAR)
    scale = shorter / min(image.size)
    resized = image.resize(tuple(max(1, round(s * scale)) for s in image.size), Image.Resampling.BILINEAR)
    left, top = (resized.width - width) // 2, (resized.height - height) // 2
    return resized.crop((left, top, left + width, top + height))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("card", type=Path, help="a card of the format images+csv")
    parser.add_argument("out", type=Path, help="folder to write to, outside of the repository")
    arguments = parser.parse_args()
    card = json.loads(arguments.card.read_text())
    folder = arguments.card.parent / card["data"]
    with open(folder / card["labels"]["file"], newline="") as file:
        rows = list(csv.DictReader(file))
    size = tuple(card["input"]["size"])
    shorter = card["input"].get("resizeShorter")
    images = [crop(Image.open(folder / row["file"]).convert("RGB"), size, shorter) for row in rows]
    arguments.out.mkdir(parents=True, exist_ok=True)
    np.save(arguments.out / "images.npy", np.stack([np.asarray(image) for image in images]))
    np.save(arguments.out / "labels.npy", np.array([int(row["index"]) for row in rows], dtype=np.int64))
    inputs = {key: value for key, value in card["input"].items() if key != "resizeShorter"}
    labels = {"file": "labels.npy", "offset": card["labels"].get("offset", 0)}
    flat = {"version": 1, "task": card["task"], "data": ".", "format": "npy", "images": "images.npy", "input": inputs, "labels": labels}
    (arguments.out / "card.json").write_text(json.dumps(flat, indent=2) + "\n")


if __name__ == "__main__":
    main()
