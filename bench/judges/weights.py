"""Weights as another runtime reads them: the nodes that decode them are run on native onnxruntime; and the bytes they take."""
import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper, numpy_helper


def weight_names(model: onnx.ModelProto) -> list[str]:
    """Names of the constant float tensors that Conv, Gemm and MatMul of the main graph read, in graph order, each once."""
    constants = {t.name: t.data_type for t in model.graph.initializer}
    constants |= {n.output[0]: a.t.data_type for n in model.graph.node if n.op_type == "Constant" for a in n.attribute if a.name == "value"}
    read = [n.input[1] for n in model.graph.node if n.op_type in ("Conv", "Gemm", "MatMul")]
    return [name for name in dict.fromkeys(read) if constants.get(name) == onnx.TensorProto.FLOAT]


def decode(model: onnx.ModelProto, names: list[str]) -> dict[str, np.ndarray]:
    """The values of these tensors: their nodes and constants are cut out as a model without inputs and run."""
    producers = {o: n for n in model.graph.node for o in n.output}
    kept, wanted, seen = [], list(names), set()
    while wanted:
        name = wanted.pop()
        node = producers.get(name)
        if name in seen or node is None:
            continue
        seen.update(node.output)
        kept.append(node)
        wanted += [i for i in node.input if i]
    nodes = [n for n in model.graph.node if any(n is k for k in kept)]
    results = [helper.make_node("Identity", [n], [f"judge/{i}"]) for i, n in enumerate(names)]
    used = {i for n in [*nodes, *results] for i in n.input}
    graph = helper.make_graph(
        [*nodes, *results], "weights", [],
        [helper.make_tensor_value_info(f"judge/{i}", onnx.TensorProto.FLOAT, None) for i in range(len(names))],
        [t for t in model.graph.initializer if t.name in used],
    )  # fmt: skip
    part = helper.make_model(graph, opset_imports=model.opset_import, ir_version=max(model.ir_version, 4))
    session = ort.InferenceSession(part.SerializeToString(), providers=["CPUExecutionProvider"])
    return dict(zip(names, session.run(None, {})))


def zeros(original: onnx.ModelProto, exported: onnx.ModelProto) -> dict:
    """Exact zeros over all weights of the model, and whether the kept ones of smallest magnitude are above the cut ones."""
    names = weight_names(original)
    before, after = decode(original, names), decode(exported, names)
    total = sum(v.size for v in before.values())
    magnitude = np.concatenate([np.abs(before[n]).ravel() for n in names])
    values = np.concatenate([after[n].ravel() for n in names])
    count = round(0.6 * total)
    limit = np.partition(magnitude, count - 1)[count - 1]
    return {
        "weights": int(total),
        "wanted": count,
        "zeros": int((values == 0).sum()),
        # Everything strictly below the cut's magnitude must be gone.
        "smallerKept": int(((magnitude < limit) & (values != 0)).sum()),
        "levels": max(len(np.unique(row)) for n in names for row in after[n].reshape(after[n].shape[0], -1)),
    }


def packed_bytes(original: onnx.ModelProto, exported: onnx.ModelProto, sizes: tuple[int, int]) -> dict:
    """What the weights take in the exported file. `sizes`: bytes of the original and of the exported file."""
    names = weight_names(original)
    weights = 4 * sum(int(np.prod(t.dims)) for t in original.graph.initializer if t.name in names)
    old = {t.name for t in original.graph.initializer}
    new = [t for t in exported.graph.initializer if t.name not in old]
    codes = sum(numpy_helper.to_array(t).nbytes for t in new if t.data_type == onnx.TensorProto.UINT8)
    tensors = sum(numpy_helper.to_array(t).nbytes for t in new)
    return {
        "weights": weights,
        "codes": codes,
        "tensors": tensors,
        # All that the file has beyond what the original has besides its weights: nodes, names and shapes too.
        "all": sizes[1] - (sizes[0] - weights),
        "file": sizes[1],
        "original": sizes[0],
    }
