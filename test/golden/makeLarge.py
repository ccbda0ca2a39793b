"""PyTorch's gradients, in double precision, of networks of a size that is trained in earnest.

    python3 test/golden/makeLarge.py        (torch >= 2; writes test/golden/fixtures/largeGradients.json)

Whole gradients would be megabytes, so that of each parameter only its norm is kept, and its sums with random signs: two gradients
of 100,000 numbers that have eight such sums in common are the same. How far PyTorch's own float32 is from them, as a share of each whole
gradient, is kept too. Weights and data are drawn by a hash which `large.ts` has too.
Where PyTorch has the cell, its own module computes; the others are written out in makeFixtures.py.
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from makeFixtures import CELLS, GATES, IN_PYTORCH, STATES, VARIANTS, cell_shapes, layer_parameters, run_layer, width_of

STEPS, BATCH, INPUT, PROJECTIONS = 32, 8, 64, 8
CASES = [(kind, 128) for kind in (*CELLS, *VARIANTS)] + [(kind, 131) for kind in ("rnn-tanh", "lstm", "gru-after")]
PARAMETER_STREAM, INPUT_STREAM, CLASS_STREAM, SIGN_STREAM = 0, 100, 101, 200


def hashes(stream, count):
    """32 bits for each place of a stream: lowbias32 of Chris Wellons."""
    x = np.arange(count, dtype=np.uint32) + np.uint32((stream * 0x9E3779B1) & 0xFFFFFFFF)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        x ^= x >> np.uint32(shift)
        x *= np.uint32(factor)
    return x ^ (x >> np.uint32(16))


def numbers(stream, shape, bound):
    """Evenly within ± bound, as float32 has them."""
    uniform = hashes(stream, int(np.prod(shape))) / 2**32 * 2 - 1
    return torch.from_numpy((uniform * bound).astype(np.float32).astype(np.float64).reshape(shape))


def layer_of(kind, hidden):
    layer = {**(CELLS | VARIANTS)[kind], "hidden": hidden}
    return {**layer, "projection": hidden // 2} if "projection" in layer else layer


def make_case(kind, hidden):
    layer = layer_of(kind, hidden)
    loss, gradients = compute(kind, layer, torch.float64)
    _, rounded = compute(kind, layer, torch.float32)
    distances = [(rounded[name].double() - exact).norm() / exact.norm() for name, exact in gradients.items()]
    return {
        "name": f"{kind} H{hidden}",
        "layer": layer,
        "loss": loss,
        "float32Distance": max(distances).item(),
        "gradients": {name: summary(index, value) for index, (name, value) in enumerate(gradients.items())},
    }


def compute(kind, layer, dtype):
    """The loss, and the gradient of every parameter."""
    hidden = layer["hidden"]
    rows = max(1, len(GATES[layer["cell"]])) * hidden
    shapes = {f"{name}_l0": shape for name, shape in cell_shapes(layer, rows, INPUT).items()}
    shapes |= {"output.weight": (INPUT, width_of(layer, "h")), "output.bias": (INPUT,)}
    bound = hidden**-0.5
    parameters = {}
    for index, (name, shape) in enumerate(shapes.items()):
        # Gains of normalization lie around 1.
        middle = 1 if "layer_norm" in name and "bias" not in name else 0
        drawn = numbers(PARAMETER_STREAM + index, shape, bound)
        parameters[name] = (drawn + middle).float().to(dtype).requires_grad_()
    x = numbers(INPUT_STREAM, (STEPS, BATCH, INPUT), 3**0.5).to(dtype)
    classes = torch.from_numpy((hashes(CLASS_STREAM, STEPS * BATCH) % INPUT).astype(np.int64))

    p = layer_parameters(parameters, 0)
    if kind in IN_PYTORCH:
        make = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[layer["cell"]]
        options = {"nonlinearity": layer["nonlinearity"]} if layer["cell"] == "rnn" else {}
        projection = {"proj_size": layer["projection"]} if "projection" in layer else {}
        module = make(INPUT, hidden, dtype=dtype, **options, **projection)
        h, _ = torch.func.functional_call(module, {f"{name}_l0": value for name, value in p.items()}, (x,))
    else:
        initial = {
            s: torch.zeros(BATCH, width_of(layer, s), dtype=dtype, requires_grad=True) for s in STATES[layer["cell"]]
        }
        states, _ = run_layer(x, initial, p, layer, torch.full((BATCH,), STEPS), "forward")
        h = torch.stack([state["h"] for state in states])
    y = h @ parameters["output.weight"].T + parameters["output.bias"]
    loss = nn.functional.cross_entropy(y.flatten(0, 1), classes)
    loss.backward()
    return loss.item(), {name: value.grad for name, value in parameters.items()}


def summary(index, gradient):
    flat = gradient.flatten().numpy()
    bits = hashes(SIGN_STREAM + index, flat.size)
    signs = [np.where((bits >> np.uint32(j)) & 1, 1.0, -1.0) for j in range(PROJECTIONS)]
    return {"norm": float(np.linalg.norm(flat)), "projections": [float(sign @ flat) for sign in signs]}


if __name__ == "__main__":
    cases = [make_case(*case) for case in CASES]
    path = Path(__file__).parent / "fixtures" / "largeGradients.json"
    path.write_text(json.dumps({"steps": STEPS, "batch": BATCH, "input": INPUT, "cases": cases}) + "\n")
