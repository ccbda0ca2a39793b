"""Bare PyTorch state dicts, arrays, and what PyTorch computes from them, for the golden tests of `unroll trace MODEL`.

    python3 test/golden/models/makeStateDicts.py      (torch >= 2, numpy, safetensors; writes stateDicts/*)

Each network is a torch.nn module. The same numbers also run gate by gate, so that the gradient of every gate and state at
every step can be kept; outputs and every gradient that the module has must agree with it before a file is written.
"""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

torch.set_num_threads(1)
FOLDER = Path(__file__).parent / "stateDicts"
MODULES = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
GATES = {"rnn": "", "lstm": "ifgo", "gru": "rzn"}
T, B, I, H, O, V = 6, 3, 4, 5, 3, 7


def kept(tensor):
    tensor.retain_grad()
    return tensor


def step(cell, nonlinearity, x, h, c, p):
    zero = torch.zeros(p["weight_ih"].shape[0], dtype=x.dtype)
    a = x @ p["weight_ih"].T + p.get("bias_ih", zero)
    b = h @ p["weight_hh"].T + p.get("bias_hh", zero)
    if cell == "rnn":
        return kept(torch.tanh(a + b) if nonlinearity == "tanh" else torch.relu(a + b)), None, {}
    if cell == "lstm":
        i, f, g, o = (a + b).chunk(4, dim=1)
        gates = {"i": i.sigmoid(), "f": f.sigmoid(), "g": g.tanh(), "o": o.sigmoid()}
        gates = {name: kept(gate) for name, gate in gates.items()}
        c = kept(gates["f"] * c + gates["i"] * gates["g"])
        h = gates["o"] * torch.tanh(c)
        return kept(h @ p["weight_hr"].T if "weight_hr" in p else h), c, gates
    (ar, az, an), (br, bz, bn) = a.chunk(3, dim=1), b.chunk(3, dim=1)
    r, z = kept((ar + br).sigmoid()), kept((az + bz).sigmoid())
    n = kept(torch.tanh(an + r * bn))
    return kept((1 - z) * n + z * h), None, {"r": r, "z": z, "n": n}


def trace(spec, state, x):
    """Gate by gate. Returns every tensor of the trace by name, each with its gradient once the loss went backwards."""
    found, below = {"input": x}, x
    for layer in range(spec["layers"]):
        ways = []
        for direction in ("forward", "reverse")[: 1 + spec["bidirectional"]]:
            suffix = f"_l{layer}" + ("_reverse" if direction == "reverse" else "")
            p = {key[: -len(suffix)]: value for key, value in state.items() if key.endswith(suffix)}
            h0, c0 = (
                torch.zeros(x.shape[1], size, dtype=x.dtype, requires_grad=True) for size in (spec["handed"], spec["hidden"])
            )
            h, c, steps = h0, c0, []
            for t in range(x.shape[0]) if direction == "forward" else reversed(range(x.shape[0])):
                h, c, gates = step(spec["cell"], spec["nonlinearity"], below[t], h, c, p)
                steps.append({"h": h, **({"c": c} if c is not None else {}), **gates})
            if direction == "reverse":
                steps.reverse()
            found[f"layers.{layer}.{direction}.h0"] = h0
            if spec["cell"] == "lstm":
                found[f"layers.{layer}.{direction}.c0"] = c0
            for name in steps[0]:
                found[f"layers.{layer}.{direction}.{name}"] = [one[name] for one in steps]
            ways.append(torch.stack([one["h"] for one in steps]))
        below = torch.cat(ways, dim=2)
    return found, below


def make(name, seed, cell, layers=1, bidirectional=False, bias=True, head=None, head_bias=True, prefix="", loss="mse",
         at="each-step", single=False, nonlinearity="tanh", embedding=None, dtype=torch.float64, options=None, projection=0, norm=None):
    torch.manual_seed(seed)
    torch.set_default_dtype(dtype)
    extra = {"nonlinearity": nonlinearity} if cell == "rnn" else {}
    if projection:
        extra = {"proj_size": projection}
    module = MODULES[cell](I, H, layers, bias=bias, bidirectional=bidirectional, **extra)
    width = (projection or H) * (1 + bidirectional)
    linear = nn.Linear(width, O, bias=head_bias) if head else None
    table = nn.Embedding(V, I) if embedding else None
    normalize = nn.LayerNorm(width) if norm else None
    if norm:
        nn.init.normal_(normalize.weight), nn.init.normal_(normalize.bias)
    outputs = O if head else width
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(1.5)

    state = {f"{prefix}{key}": value for key, value in module.state_dict(keep_vars=True).items()}
    if head:
        state |= {f"{head}.{key}": value for key, value in linear.state_dict(keep_vars=True).items()}
    if norm:
        state |= {f"{norm}.{key}": value for key, value in normalize.state_dict(keep_vars=True).items()}
    if embedding:
        state |= {f"{embedding}.weight": table.weight}

    batch = 1 if single else B
    raw = torch.randint(V, (T, batch)) if embedding else torch.randn(T, batch, I)
    shape = (T, batch) if at == "each-step" else (batch,)
    target = torch.randint(outputs, shape) if loss == "cross-entropy" else torch.randn(*shape, outputs)

    def run(layer):
        x = kept(table(raw)) if embedding else raw.clone().requires_grad_()
        h = layer(x)
        if at == "last-step":
            h = torch.cat([h[-1, :, :H], h[0, :, H:]], dim=1) if bidirectional else h[-1]
        if norm:
            h = normalize(h)
        y = linear(h) if head else h
        kept(y)
        if loss == "mse":
            rows = (y - target).square().mean(-1)
            total = nn.functional.mse_loss(y, target)
        else:
            rows = nn.functional.cross_entropy(y.flatten(0, -2), target.flatten(), reduction="none").reshape(shape)
            total = nn.functional.cross_entropy(y.flatten(0, -2), target.flatten())
        total.backward()
        return x, y, rows, total

    # The module's own numbers …
    x, y, rows, total = run(lambda x: module(x)[0])
    gradients = {key: value.grad.clone() for key, value in state.items()}
    theirs = {"input": x.grad, "output": y.detach()}
    for value in state.values():
        value.grad = None
    # … and gate by gate.
    spec = {"cell": cell, "layers": layers, "bidirectional": bidirectional, "hidden": H, "handed": projection or H,
            "nonlinearity": nonlinearity}
    found = {}

    def by_gates(x):
        traced, top = trace(spec, dict(module.state_dict(keep_vars=True)), x)
        found.update(traced)
        return top

    x, y, rows, total = run(by_gates)
    tolerance = {"rtol": 1e-11, "atol": 1e-12} if dtype == torch.float64 else {"rtol": 1e-4, "atol": 1e-5}
    torch.testing.assert_close(y.detach(), theirs["output"], **tolerance)
    torch.testing.assert_close(x.grad, theirs["input"], **tolerance)
    for key, value in state.items():
        torch.testing.assert_close(value.grad, gradients[key], **tolerance)

    expected = {f"grad.param.{key}": value for key, value in gradients.items()}
    expected |= {"output": y, "grad.output": y.grad, "loss": rows}
    for key, value in found.items():
        if isinstance(value, list):
            expected[key] = torch.stack(value)
            expected[f"grad.{key}"] = torch.stack([torch.zeros_like(one) if one.grad is None else one.grad for one in value])
        else:
            expected[key] = value
            expected[f"grad.{key}"] = torch.zeros_like(value) if value.grad is None else value.grad

    def plain(tensors):
        return {key: value.detach().clone().contiguous() for key, value in tensors.items()}

    FOLDER.mkdir(exist_ok=True)
    save_file(plain(state), FOLDER / f"{name}.model.safetensors")
    arguments = ["--loss", loss, *(options or [])]
    save_file(plain(expected), FOLDER / f"{name}.expected.safetensors",
              {"arguments": "\n".join(arguments), "loss": repr(total.item()), "precision": str(dtype).split(".")[1]})
    inputs, targets = raw.numpy(), target.numpy()
    if single:
        inputs, targets = inputs[:, 0], targets[:, 0] if at == "each-step" else targets[0]
    np.save(FOLDER / f"{name}.input.npy", np.asfortranarray(inputs) if seed % 2 else inputs)
    np.save(FOLDER / f"{name}.target.npy", targets)


make("lstm-projection-2-bidirectional", 11, "lstm", 2, True, head="fc", prefix="rnn.", projection=2)
RELU = ["--nonlinearity", "relu"]
make("rnn-bare", 1, "rnn", single=True)
make("rnn-relu-2-bidirectional", 2, "rnn", 2, True, head="fc", prefix="rnn.", nonlinearity="relu", options=RELU)
make("rnn-no-bias", 3, "rnn", bias=False, prefix="a.b.", loss="cross-entropy", options=["--cell", "rnn"])
make("lstm-head", 4, "lstm", head="model.head", prefix="model.lstm.", loss="cross-entropy")
make("lstm-3-bidirectional-bare", 5, "lstm", 3, True)
make("lstm-embedding", 6, "lstm", 2, head="fc", prefix="lstm.", embedding="embedding", loss="cross-entropy")
make("lstm-no-bias-last-step", 7, "lstm", 2, bias=False, head="out", prefix="net.", at="last-step")
make("gru-2-bidirectional-head", 8, "gru", 2, True, head="fc", head_bias=False, prefix="gru.", loss="cross-entropy")
make("gru-single", 9, "gru", 2, prefix="module.gru.", single=True, head="module.fc")
make("gru-last-step-bidirectional", 10, "gru", 1, True, bias=False, head="fc", prefix="gru.", at="last-step", loss="cross-entropy")
make("lstm-norm-2-bidirectional", 13, "lstm", 2, True, head="fc", prefix="lstm.", norm="norm", loss="cross-entropy")
make("gru-norm-last-step-bidirectional", 14, "gru", 1, True, head="fc", prefix="gru.", norm="ln", at="last-step")
for number, cell in enumerate(MODULES):
    make(f"{cell}-float32", 20 + number, cell, 2, True, head="fc", prefix="rnn.", dtype=torch.float32)
