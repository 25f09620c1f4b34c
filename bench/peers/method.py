"""What a peer offers: a named method that writes a quantized file, given the model and calibration batches of one sample."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx

from data import Samples

Feeds = Callable[[], Iterator[dict[str, np.ndarray]]]


@dataclass(frozen=True)
class Method:
    """`form` says what is compared with what: W8A8 (weights and activations of 8 bits), W8, W4A8, W4A16, W4, W8 dynamic ..."""

    peer: str
    name: str
    form: str
    run: Callable[[Path, Feeds, Path], None]
    note: str = ""

    @property
    def id(self) -> str:
        return re.sub(r"[^a-z0-9_]+", "-", f"{self.peer}-{self.form}-{self.name}".lower())


def feeds_of(samples: Samples, indices: list[int]) -> Feeds:
    """Batches of one sample, made anew at every call, as a stream: nothing of this bench counts into a peer's memory."""
    name = input_name(samples.model)
    return lambda: ({name: samples.batch([i])} for i in indices)


def input_name(model: Path) -> str:
    graph = onnx.load(model).graph
    weights = {w.name for w in graph.initializer}
    return next(i.name for i in graph.input if i.name not in weights)
