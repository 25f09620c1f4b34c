"""The samples of a card (format `images+csv` or `cifar10-binary`), decoded once into a work folder as bytes and normalized as the card says."""

import csv
import json
from pathlib import Path

import numpy as np
from PIL import Image

from split import SEED, split

CALIBRATION = 128
CIFAR_RECORD = 1 + 3 * 32 * 32


class Samples:
    """Labelled samples of one card; a batch is float32, in the card's layout."""

    def __init__(self, card_path: Path, work: Path, calibration: int = CALIBRATION, seed: int = SEED):
        self.card = json.loads(card_path.read_text())
        self.model = card_path.parent / self.card["model"]
        self.pixels, self.labels = _cached(self.card, card_path, work)
        self.calibration, self.scored = split(len(self.labels), calibration, seed)

    def batch(self, indices: list[int]) -> np.ndarray:
        """(pixel * scale - mean) / std, mean and std in the order of the model's channels."""
        spec = self.card["input"]
        pixels = self.pixels[indices].astype(np.float32)
        if spec["channels"] == "BGR":
            pixels = pixels[..., ::-1]
        values = (pixels * np.float32(spec["scale"]) - np.float32(spec["mean"])) / np.float32(spec["std"])
        return np.ascontiguousarray(values.transpose(0, 3, 1, 2) if spec["layout"] == "NCHW" else values)


def _cached(card: dict, card_path: Path, work: Path) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (n, height, width, RGB) as bytes and class indices."""
    folder = work / "samples" / card_path.name.removesuffix(".card.json")
    if not (folder / "labels.npy").exists():
        pixels, labels = _decoded(card, card_path.parent / card["data"])
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "pixels.npy", pixels)
        np.save(folder / "labels.npy", labels + card["labels"].get("offset", 0))
    return np.load(folder / "pixels.npy", mmap_mode="r"), np.load(folder / "labels.npy")


def _decoded(card: dict, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    if card["format"] == "cifar10-binary":
        records = np.fromfile(folder / card["images"], np.uint8).reshape(-1, CIFAR_RECORD)
        return records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), records[:, 0].astype(np.int64)
    if card["format"] == "images+csv":
        with open(folder / card["labels"]["file"], newline="") as file:
            rows = list(csv.DictReader(file))
        size, shorter = tuple(card["input"]["size"]), card["input"].get("resizeShorter")
        images = [np.asarray(crop(Image.open(folder / row["file"]).convert("RGB"), size, shorter)) for row in rows]
        return np.stack(images), np.array([int(row["index"]) for row in rows], np.int64)
    raise SystemExit(f'The card has the format "{card["format"]}"; this bench reads "cifar10-binary" and "images+csv".')


def crop(image: Image.Image, size: tuple[int, int], shorter: int | None) -> Image.Image:
    """Resized (bilinear) to `size` (height, width); where `shorter` is given to that shorter side, then cut out of the middle."""
    height, width = size
    if shorter is None:
        return image.resize((width, height), Image.Resampling.BILINEAR)
    scale = shorter / min(image.size)
    resized = image.resize(tuple(max(1, round(s * scale)) for s in image.size), Image.Resampling.BILINEAR)
    left, top = (resized.width - width) // 2, (resized.height - height) // 2
    return resized.crop((left, top, left + width, top + height))
