"""ONNX models, and what onnxruntime computes with them, for the golden tests of the ONNX reader.

    python3 test/golden/models/makeOnnxFiles.py      (torch >= 2, onnx, onnxruntime, safetensors; writes onnx/*)

Some are exported by PyTorch, with and without its constant folding; the others are single nodes with every option that the
operators have. Beside each NAME.onnx lies NAME.safetensors with `input` and the outputs that a trace must have:
`output` (logits or states), and `layers.L.D.h` of what the node's Y holds.
"""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file
from torch import nn

FOLDER = Path(__file__).parent / "onnx"
FOLDER.mkdir(exist_ok=True)
T, B, I, H, O, V = 5, 2, 4, 3, 6, 7
random = np.random.default_rng(3)


def run(model, feeds):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds)))


def keep(name, tensors):
    save_file({key: np.ascontiguousarray(value) for key, value in tensors.items()}, FOLDER / f"{name}.safetensors")


# ------------------------------------------------------------------- PyTorch's exporter


class Network(nn.Module):
    def __init__(self, cell, layers=1, bidirectional=False, batch_first=False, embedding=False, last=None, norms=False, **options):
        super().__init__()
        self.embedding = nn.Embedding(V, I) if embedding else None
        self.rnn = getattr(nn, cell)(I, H, layers, bidirectional=bidirectional, batch_first=batch_first, **options)
        self.under, self.over = (nn.LayerNorm(I), nn.LayerNorm(H * (1 + bidirectional), eps=0.01)) if norms else (None, None)
        for norm in (self.under, self.over) if norms else ():
            nn.init.normal_(norm.weight), nn.init.normal_(norm.bias)
        self.fc = nn.Linear(H * (1 + bidirectional), O)
        self.last, self.batch_first = last, batch_first

    def forward(self, x):
        if self.embedding is not None:
            x = self.embedding(x)
        if self.under is not None:
            x = self.under(x)
        y, state = self.rnn(x)
        if self.last == "step":
            y = y[:, -1] if self.batch_first else y[-1]
        if self.last == "state":
            y = state[0] if isinstance(state, torch.Tensor) else state[0][0]
        return self.fc(y if self.over is None else self.over(y))


def export(name, seed, fold=True, dynamo=False, **options):
    torch.manual_seed(seed)
    network = Network(**options).eval()
    shape = (B, T) if options.get("batch_first") else (T, B)
    x = torch.randint(V, shape) if options.get("embedding") else torch.randn(*shape, I)
    if dynamo:  # the exporter that newer versions begin with
        torch.onnx.export(network, (x,), FOLDER / f"{name}.onnx", dynamo=True, external_data=False, input_names=["x"], output_names=["y"])
    else:
        torch.onnx.export(
            network, (x,), FOLDER / f"{name}.onnx", dynamo=False, do_constant_folding=fold, input_names=["x"], output_names=["y"],
            dynamic_axes={"x": {0: "first", 1: "second"}},
        )
    model = onnx.load(FOLDER / f"{name}.onnx")
    y = run(model, {"x": x.numpy()})["y"]
    if options.get("batch_first") and y.ndim == 3:
        y = y.swapaxes(0, 1)
    if options.get("last") == "state" and y.ndim == 3:
        y = y[0]
    keep(name, {"input": x.numpy(), "output": y})


export("torch-lstm", 1, cell="LSTM")
export("torch-gru-unfolded", 2, fold=False, cell="GRU", layers=2, bidirectional=True)
export("torch-lstm-embedding-batch-first", 3, cell="LSTM", layers=2, bidirectional=True, batch_first=True, embedding=True)
export("torch-lstm-unfolded", 4, fold=False, cell="LSTM", layers=2, batch_first=True, bias=False, last="step")
export("torch-rnn-relu", 5, cell="RNN", nonlinearity="relu", bidirectional=True)
export("torch-gru-last-state", 6, cell="GRU", last="state")

export("torch-lstm-norms", 7, cell="LSTM", bidirectional=True, norms=True, batch_first=True)
export("dynamo-lstm", 9, dynamo=True, cell="LSTM", layers=2, bidirectional=True, norms=True, batch_first=True)
export("dynamo-gru", 10, dynamo=True, cell="GRU", layers=2, embedding=True, last="step", batch_first=True)
export("dynamo-rnn", 11, dynamo=True, cell="RNN", layers=2)
export("torch-gru-norms-embedding", 8, cell="GRU", norms=True, embedding=True, last="step")

# ------------------------------------------------------------------- nodes with every option

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


def make_node(name, operator, direction="forward", bias=True, initial=False, peepholes=False, layout=0, external=False,
              double=False, lengths=None, **attributes):
    ways, rows = (2 if direction == "bidirectional" else 1), GATES[operator] * H
    kind = np.float64 if double else np.float32
    draw = lambda *shape: random.standard_normal(shape).astype(kind)
    weights = {"W": draw(ways, rows, I), "R": draw(ways, rows, H)}
    inputs = ["X", "W", "R", "", "", "", "", ""]
    if bias:
        weights["B"], inputs[3] = draw(ways, 2 * rows), "B"
    if initial:
        # The same state for every sequence: (D,1,H), which the runtime wants as (D,B,H).
        for index, key in ((5, "h0"), (6, "c0")):
            if key == "c0" and operator != "LSTM":
                continue
            weights[key], inputs[index] = draw(ways, 1, H), key
    if lengths:
        weights["lengths"], inputs[4] = np.array(lengths, np.int32), "lengths"
    if peepholes:
        weights["P"], inputs[7] = draw(ways, 3 * H), "P"
    while inputs[-1] == "":
        inputs.pop()
    element = TensorProto.DOUBLE if double else TensorProto.FLOAT
    node = helper.make_node(operator, inputs, ["Y"], f"the {operator}", hidden_size=H, direction=direction, layout=layout, **attributes)
    if not layout:
        node.attribute.remove(next(a for a in node.attribute if a.name == "layout"))
    shape = [B, T, I] if layout else [T, B, I]
    graph = helper.make_graph(
        [node], name, [helper.make_tensor_value_info("X", element, [None, None, I])], [helper.make_tensor_value_info("Y", element, None)],
        [numpy_helper.from_array(value, key) for key, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="by hand")
    x = draw(*shape)
    # What is fed in this order: the runtime wants a state for each sequence, and no layout but 0.
    feeding = onnx.ModelProto()
    feeding.CopyFrom(model)
    for tensor in feeding.graph.initializer:
        if tensor.name in ("h0", "c0"):
            tensor.CopyFrom(numpy_helper.from_array(np.repeat(weights[tensor.name], B, axis=1), tensor.name))
    if layout:
        attribute = next(a for a in feeding.graph.node[0].attribute if a.name == "layout")
        feeding.graph.node[0].attribute.remove(attribute)
    if layout and initial:  # the model itself has (B,D,H), here (1,D,H)
        for tensor in model.graph.initializer:
            if tensor.name in ("h0", "c0"):
                tensor.CopyFrom(numpy_helper.from_array(weights[tensor.name].swapaxes(0, 1), tensor.name))
    y = run(feeding, {"X": x.swapaxes(0, 1) if layout else x})["Y"]  # (T,D,B,H)
    expected = {"input": x, "output": y.transpose(0, 2, 1, 3).reshape(T, B, ways * H)}
    names = ["forward", "reverse"] if ways == 2 else [direction]
    # Behind a sequence's end the operator gives zeros, where a trace holds the last state.
    for way, key in enumerate(names) if not lengths else ():
        expected[f"layers.0.{key}.h"] = y[:, way]
    keep(name, expected)
    if external:
        (FOLDER / f"{name}.weights").unlink(missing_ok=True)  # it would be written behind what is there
        onnx.save_model(model, FOLDER / f"{name}.onnx", save_as_external_data=True, location=f"{name}.weights", size_threshold=0)
    else:
        onnx.save_model(model, FOLDER / f"{name}.onnx")


make_node("node-lstm-peepholes", "LSTM", peepholes=True, initial=True)
make_node("node-lstm-reverse", "LSTM", "reverse")
make_node("node-lstm-bidirectional-layout", "LSTM", "bidirectional", peepholes=True, layout=1)
make_node("node-gru-before", "GRU", "bidirectional", initial=True)
make_node("node-gru-after", "GRU", "reverse", linear_before_reset=1)
make_node("node-gru-no-bias-external", "GRU", bias=False, external=True)
make_node("node-rnn", "RNN", "bidirectional", activations=["Relu", "Relu"])
make_node("node-lstm-clip", "LSTM", clip=0.1)
make_node("node-gru-hard", "GRU", activations=["HardSigmoid", "Tanh"])
make_node("node-lstm-functions", "LSTM", "bidirectional", activations=["HardSigmoid", "ScaledTanh", "LeakyRelu"] * 2,
          activation_alpha=[0.3, 1.5, 0.2] * 2, activation_beta=[0.4, 0.6] * 2)
make_node("node-lstm-coupled", "LSTM", input_forget=1, clip=0.8, activations=["Sigmoid", "Softsign", "Elu"])
make_node("node-gru-clip", "GRU", "bidirectional", linear_before_reset=1, clip=0.5)
make_node("node-gru-before-functions", "GRU", activations=["Softplus", "Relu"], clip=0.7)
make_node("node-rnn-functions", "RNN", "reverse", activations=["ThresholdedRelu"], activation_alpha=[0.3])
make_node("node-rnn-affine", "RNN", activations=["Affine"], activation_alpha=[0.3], activation_beta=[0.1], clip=2.0)
make_node("node-lstm-clip-peepholes", "LSTM", peepholes=True, clip=0.5)
make_node("node-lstm-lengths", "LSTM", "bidirectional", lengths=[5, 3])
make_node("node-gru-initial-layout", "GRU", "bidirectional", initial=True, layout=1)

# What is refused: weights outside the folder, and a model without a recurrent node.
model = onnx.load(FOLDER / "node-gru-no-bias-external.onnx", load_external_data=False)
for tensor in model.graph.initializer:
    next(entry for entry in tensor.external_data if entry.key == "location").value = "../secret"
(FOLDER / "outside.onnx").write_bytes(model.SerializeToString())
graph = helper.make_graph([helper.make_node("Relu", ["X"], ["Y"])], "none", [helper.make_tensor_value_info("X", 1, [2])],
                          [helper.make_tensor_value_info("Y", 1, [2])])
onnx.save(helper.make_model(graph), FOLDER / "no-recurrence.onnx")
