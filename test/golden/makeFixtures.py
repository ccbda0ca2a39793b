"""PyTorch's numbers for the golden tests, in double precision.

    python3 test/golden/makeFixtures.py        (torch >= 2, onnx; writes test/golden/fixtures/*.safetensors)

Each network is written out below gate by gate, so that the gradient of every gate and state at every step can be
kept. Where PyTorch has the cell (all but the GRU whose reset gate acts before the product, peepholes, and normalization inside
cells), its own module runs
on the same numbers, packed, and outputs and gradients must agree to 1e-12 before a fixture is written; the parameters'
gradients that are saved are the module's. Peepholes are also compared with ONNX's own reference of its LSTM.
"""

import json
import struct
from pathlib import Path

import numpy as np
import torch
from onnx.parser import parse_model as parse_onnx
from onnx.reference import ReferenceEvaluator
from torch import nn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

FOLDER = Path(__file__).parent / "fixtures"
STEPS, BATCH, INPUT, VOCABULARY, OUTPUT, HIDDEN = 6, 3, 4, 8, 5, (7, 2, 3)
LENGTHS = {1: [6, 6, 6], 2: [4, 6, 1], 3: [5, 2, 6]}  # by depth: the deeper networks read sequences of varying length

CELLS = {
    "rnn-tanh": {"cell": "rnn", "nonlinearity": "tanh"},
    "rnn-relu": {"cell": "rnn", "nonlinearity": "relu"},
    "lstm": {"cell": "lstm"},
    "gru-after": {"cell": "gru", "reset": "after"},
    "gru-before": {"cell": "gru", "reset": "before"},
}
# P < H, which makes every layer's own sizes differ.
VARIANTS = {
    "lstm-projection": {"cell": "lstm", "projection": 3},
    "lstm-peepholes": {"cell": "lstm", "peepholes": True},
    "lstm-layer-norm": {"cell": "lstm", "layerNorm": True},
    "lstm-peepholes-projection-layer-norm": {"cell": "lstm", "peepholes": True, "projection": 3, "layerNorm": True},
    "rnn-tanh-layer-norm": {"cell": "rnn", "nonlinearity": "tanh", "layerNorm": True},
    "gru-after-layer-norm": {"cell": "gru", "reset": "after", "layerNorm": True},
    "gru-before-layer-norm": {"cell": "gru", "reset": "before", "layerNorm": True},
}
VARIANT_HIDDEN = (7, 5)
IN_PYTORCH = {"rnn-tanh", "rnn-relu", "lstm", "gru-after", "lstm-projection"}
GATES = {"rnn": "", "lstm": "ifgo", "gru": "rzn"}
STATES = {"rnn": "h", "lstm": "hc", "gru": "h"}


def kept(tensor):
    tensor.retain_grad()
    return tensor


# ------------------------------------------------------------------- one step of each cell


def norm(product, gain, groups):
    """Layer normalization (Ba et al. 2016) with torch.nn.LayerNorm's arithmetic, over each group of columns by itself."""
    parts = product.split(groups, dim=1)
    return torch.cat([nn.functional.layer_norm(part, part.shape[1:]) for part in parts], dim=1) * gain


def products(x, h, p, layer, groups):
    """W_ih x and W_hh h, each normalized where the layer has that; without the biases."""
    own, recurrent = x @ p["weight_ih"].T, h @ p["weight_hh"].T
    if not layer.get("layerNorm"):
        return own, recurrent
    return norm(own, p["layer_norm_ih"], groups), norm(recurrent, p["layer_norm_hh"], groups)


def rnn_step(x, state, p, layer):
    own, recurrent = products(x, state["h"], p, layer, layer["hidden"])
    a = own + p["bias_ih"] + recurrent + p["bias_hh"]
    return {"h": torch.tanh(a) if layer["nonlinearity"] == "tanh" else torch.relu(a)}, {}


def lstm_step(x, state, p, layer):
    own, recurrent = products(x, state["h"], p, layer, 4 * layer["hidden"])
    i, f, g, o = (own + p["bias_ih"] + recurrent + p["bias_hh"]).chunk(4, dim=1)
    # Gers, Schraudolph & Schmidhuber 2002: i and f see the cell state before the step, o the one after it.
    p_i, p_f, p_o = p["peephole"] if layer.get("peepholes") else (0, 0, 0)
    gates = {"i": torch.sigmoid(i + p_i * state["c"]), "f": torch.sigmoid(f + p_f * state["c"]), "g": torch.tanh(g)}
    gates = {name: kept(value) for name, value in gates.items()}
    c = gates["f"] * state["c"] + gates["i"] * gates["g"]
    # h and the output gate follow from c once c has been held where the sequence ended.
    return {"c": c}, {**gates, "o": lambda c: kept(torch.sigmoid(o + p_o * c))}


def lstm_output(c, o, p, layer):
    y = norm(c, p["layer_norm_c_weight"], layer["hidden"]) + p["layer_norm_c_bias"] if layer.get("layerNorm") else c
    h = o * torch.tanh(y)
    return h @ p["weight_hr"].T if "projection" in layer else h


def gru_step(x, state, p, layer):
    h = state["h"]
    H = layer["hidden"]
    own, recurrent = products(x, h, p, layer, [2 * H, H])
    xr, xz, xn = (own + p["bias_ih"]).chunk(3, dim=1)
    hr, hz, hn = recurrent.chunk(3, dim=1)
    b_r, b_z, b_n = p["bias_hh"].chunk(3, dim=0)
    r = kept(torch.sigmoid(xr + hr + b_r))
    z = kept(torch.sigmoid(xz + hz + b_z))
    if layer["reset"] == "after":
        n = torch.tanh(xn + r * (hn + b_n))
    else:
        _, _, n_of_reset = products(x, r * h, p, layer, [2 * H, H])[1].chunk(3, dim=1)
        n = torch.tanh(xn + n_of_reset + b_n)
    kept(n)
    return {"h": (1 - z) * n + z * h}, {"r": r, "z": z, "n": n}


STEP = {"rnn": rnn_step, "lstm": lstm_step, "gru": gru_step}


def run_layer(x, initial, p, layer, lengths, direction):
    """x (T,B,I). Returns per step the states and gates, each a leaf of its own for gradients."""
    state, states, gates = initial, [], []
    steps = range(x.shape[0]) if direction == "forward" else reversed(range(x.shape[0]))
    for t in steps:
        valid = (t < lengths).unsqueeze(1)
        new, gate = STEP[layer["cell"]](x[t], state, p, layer)
        if layer["cell"] == "lstm":
            c = kept(torch.where(valid, new["c"], state["c"]))
            gate["o"] = gate["o"](c)
            h = torch.where(valid, lstm_output(c, gate["o"], p, layer), state["h"])
            state = {"h": kept(h), "c": c}
        else:
            state = {"h": kept(torch.where(valid, new["h"], state["h"]))}
        states.append(state)
        gates.append(gate)
    return (states, gates) if direction == "forward" else (states[::-1], gates[::-1])


# ------------------------------------------------------------------- a whole network


def random_parameters(spec):
    shapes = {}
    if spec["input"].get("embedding"):
        shapes["embedding.weight"] = (VOCABULARY, INPUT)
    width = VOCABULARY if spec["input"]["kind"] == "tokens" and "embedding" not in spec["input"] else INPUT
    for number, layer in enumerate(spec["layers"]):
        rows = max(1, len(GATES[layer["cell"]])) * layer["hidden"]
        for direction in directions_of(layer):
            suffix = SUFFIX[direction]
            for name, shape in cell_shapes(layer, rows, width).items():
                shapes[f"{name}_l{number}{suffix}"] = shape
        width = width_of(layer, "h") * len(directions_of(layer))
    shapes["output.weight"] = (spec["output"]["size"], width)
    shapes["output.bias"] = (spec["output"]["size"],)
    return {name: (0.6 * torch.randn(shape)).requires_grad_() for name, shape in shapes.items()}


def cell_shapes(layer, rows, width):
    hidden, normed = layer["hidden"], layer.get("layerNorm")
    return {
        "weight_ih": (rows, width),
        "weight_hh": (rows, width_of(layer, "h")),
        "bias_ih": (rows,),
        "bias_hh": (rows,),
        **({"weight_hr": (layer["projection"], hidden)} if "projection" in layer else {}),
        **({"peephole": (3, hidden)} if layer.get("peepholes") else {}),
        **({"layer_norm_ih": (rows,), "layer_norm_hh": (rows,)} if normed else {}),
        **({"layer_norm_c_weight": (hidden,), "layer_norm_c_bias": (hidden,)} if normed and layer["cell"] == "lstm" else {}),
    }


def width_of(layer, state):
    return layer.get("projection", layer["hidden"]) if state == "h" else layer["hidden"]


SUFFIX = {"forward": "", "reverse": "_reverse"}


def directions_of(layer):
    return ("forward", "reverse") if layer.get("bidirectional") else ("forward",)


def layer_parameters(parameters, number, direction="forward"):
    ending = f"_l{number}{SUFFIX[direction]}"
    return {name.removesuffix(ending): value for name, value in parameters.items() if name.endswith(ending)}


def network_input(spec, parameters, raw, mask):
    if spec["input"]["kind"] == "dense":
        x = raw
    elif "embedding" in spec["input"]:
        x = parameters["embedding.weight"][raw]
    else:
        x = nn.functional.one_hot(raw, VOCABULARY).double()
    x = x * mask
    return kept(x if x.requires_grad else x.requires_grad_())


def gaussian_loss(y, target, **options):
    mean, log_variance = y.chunk(2, dim=-1)
    return nn.functional.gaussian_nll_loss(mean, target, log_variance.exp(), eps=1e-30, **options)


def loss_function(spec):
    options = spec.get("lossOptions", {})
    if spec["loss"] == "cross-entropy":
        weight = torch.tensor(options["classWeights"]) if "classWeights" in options else None
        smoothing = options.get("labelSmoothing", 0.0)
        return lambda y, target, **more: nn.functional.cross_entropy(
            y.flatten(0, -2), target.flatten(), weight=weight, label_smoothing=smoothing, **more
        )
    return {
        "mean-squared-error": nn.functional.mse_loss,
        "mean-absolute-error": nn.functional.l1_loss,
        "huber": lambda y, target, **more: nn.functional.huber_loss(y, target, delta=options.get("delta", 1.0), **more),
        "sigmoid-cross-entropy": nn.functional.binary_cross_entropy_with_logits,
        "gaussian": gaussian_loss,
    }[spec["loss"]]


def take_loss(spec, y, target, weights):
    """Mean over weights; with weights of 1 exactly the mean of PyTorch's losses, which is asserted."""
    loss = loss_function(spec)
    rows = loss(y, target, reduction="none")
    share = weights.flatten()
    if spec["loss"] == "cross-entropy":
        class_weights = torch.tensor(spec.get("lossOptions", {}).get("classWeights", [1.0] * OUTPUT))
        rows, own = rows / class_weights[target.flatten()], class_weights[target.flatten()]
        share = share * own
    else:
        rows, own = rows.mean(-1).flatten(), torch.ones(weights.numel())
    assert torch.allclose((rows * own).sum() / own.sum(), loss(y, target), rtol=1e-13)
    return (rows * share).sum() / share.sum(), rows.reshape(weights.shape)


def head(spec, parameters, h, lengths):
    """h (T,B,D·H) to outputs at each step, or from where each direction ends in each sequence."""
    if spec["output"]["at"] == "last-step":
        hidden = width_of(spec["layers"][-1], "h")
        h = torch.cat([h[lengths - 1, torch.arange(BATCH), :hidden], h[0, :, hidden:]], dim=1)
    return kept(h @ parameters["output.weight"].T + parameters["output.bias"])


def check_against_modules(spec, parameters, data, mine):
    """The same network out of torch.nn modules; returns the gradients of its parameters."""
    for parameter in parameters.values():
        parameter.grad = None
    x = network_input(spec, parameters, data["raw"], data["mask"])
    initial_leaves = {}
    for number, layer in enumerate(spec["layers"]):
        make = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[layer["cell"]]
        options = {"nonlinearity": layer["nonlinearity"]} if layer["cell"] == "rnn" else {}
        if "projection" in layer:
            options["proj_size"] = layer["projection"]
        directions = directions_of(layer)
        module = make(x.shape[-1], layer["hidden"], bidirectional=len(directions) > 1, **options)
        names = {
            f"{name}_l0{SUFFIX[direction]}": value
            for direction in directions
            for name, value in layer_parameters(parameters, number, direction).items()
        }
        initial = {
            key: value.detach().clone().requires_grad_() for key, value in data["initial"][number].items()
        }
        initial_leaves[number] = initial
        state = tuple(torch.stack([initial[d, s] for d in directions]) for s in STATES[layer["cell"]])
        packed = pack_padded_sequence(x, data["lengths"], enforce_sorted=False)
        out, _ = torch.func.functional_call(module, names, (packed, state if len(state) > 1 else state[0]))
        below, (x, _) = x, pad_packed_sequence(out, total_length=STEPS)
        if layer.get("residual"):
            x = x + below
    y = head(spec, parameters, x, data["lengths"])
    loss, _ = take_loss(spec, y, data["target"], data["weights"])
    loss.backward()
    same = lambda a, b: torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-13)
    same(loss, mine["loss"])
    for name, parameter in parameters.items():
        same(parameter.grad, mine["gradients"][name])
    for number, initial in initial_leaves.items():
        for key, value in initial.items():
            same(value.grad, data["initial"][number][key].grad)
    return {name: parameter.grad.clone() for name, parameter in parameters.items()}


def check_against_onnx(layer, parameters, x, initial, lengths, ways):
    """The lowest layer's states, forward, against ONNX's own reference of its LSTM operator, one sequence at a time."""
    p = layer_parameters(parameters, 0)
    H = layer["hidden"]
    # ONNX has the gates in the order i, o, f, c and the peepholes in the order i, o, f.
    order = torch.cat([torch.arange(H) + block * H for block in (0, 3, 1, 2)])
    reordered = lambda value: value[order].detach().numpy()[None]
    weights = [
        reordered(p["weight_ih"]), reordered(p["weight_hh"]),
        np.concatenate([reordered(p["bias_ih"]), reordered(p["bias_hh"])], axis=1),
    ]
    peepholes = p["peephole"][[0, 2, 1]].detach().reshape(1, -1).numpy()
    evaluator = ReferenceEvaluator(parse_onnx(
        f"""<ir_version: 8, opset_import: ["": 14]>
        lstm (double[t,b,i] X, double[d,g,i] W, double[d,g,h] R, double[d,k] B, double[d,b,h] H0, double[d,b,h] C0, double[d,q] P)
          => (double[t,d,b,h] Y, double[d,b,h] Yh, double[d,b,h] Yc)
        {{ Y, Yh, Yc = LSTM <hidden_size: int = {H}> (X, W, R, B, , H0, C0, P) }}"""
    ))
    states, _ = ways["forward"]
    for b, length in enumerate(lengths.tolist()):
        first = [initial["forward", s][b : b + 1].detach().numpy()[None] for s in "hc"]
        given = dict(zip(("X", "W", "R", "B", "H0", "C0", "P"), (x[:length, b : b + 1].detach().numpy(), *weights, *first, peepholes)))
        _, last_h, last_c = evaluator.run(None, given)
        for s, last in (("h", last_h), ("c", last_c)):
            np.testing.assert_allclose(last[0, 0], states[length - 1][s][b].detach().numpy(), rtol=1e-12, atol=1e-14)


def make_case(name, kind, depth, loss, at, input_kind, seed, loss_options=None, bidirectional=False, residual=False):
    torch.manual_seed(seed)
    extra = {"bidirectional": True} if bidirectional else {}
    sizes = VARIANT_HIDDEN if kind in VARIANTS else HIDDEN
    layers = [{**(CELLS | VARIANTS)[kind], "hidden": hidden, **extra} for hidden in sizes[:depth]]
    if residual:
        layers = [layers[0], {**layers[0], "residual": True}]
    inputs = {
        "dense": {"kind": "dense", "size": INPUT},
        "embedding": {"kind": "tokens", "vocabulary": VOCABULARY, "embedding": INPUT},
        "one-hot": {"kind": "tokens", "vocabulary": VOCABULARY},
    }
    size = 2 * OUTPUT if loss == "gaussian" else OUTPUT
    spec = {"input": inputs[input_kind], "layers": layers, "output": {"size": size, "at": at}, "loss": loss}
    if loss_options:
        spec["lossOptions"] = loss_options
    parameters = random_parameters(spec)

    lengths = torch.tensor(LENGTHS[depth])
    valid = torch.arange(STEPS).unsqueeze(1) < lengths
    raw = torch.randn(STEPS, BATCH, INPUT) if input_kind == "dense" else torch.randint(VOCABULARY, (STEPS, BATCH))
    rows = (STEPS, BATCH) if at == "each-step" else (BATCH,)
    target = torch.randint(OUTPUT, rows) if loss == "cross-entropy" else torch.randn(*rows, OUTPUT)
    if loss == "sigmoid-cross-entropy":
        target = (target > 0).double()
    weights = torch.rand(rows) + 0.5
    if at == "each-step":
        weights = weights * valid * (torch.rand(rows) < 0.7)
    initial = [
        {(d, s): torch.randn(BATCH, width_of(layer, s)).requires_grad_() for d in directions_of(layer) for s in STATES[layer["cell"]]}
        for layer in layers
    ]
    data = {"raw": raw, "mask": valid.unsqueeze(2), "lengths": lengths, "target": target, "weights": weights, "initial": initial}

    x = network_input(spec, parameters, raw, data["mask"])
    below, run = x, []
    for number, layer in enumerate(layers):
        ways = {}
        for direction in directions_of(layer):
            first = {s: initial[number][direction, s] for s in STATES[layer["cell"]]}
            weights_of = layer_parameters(parameters, number, direction)
            ways[direction] = run_layer(below, first, weights_of, layer, lengths, direction)
        run.append(ways)
        joined = torch.cat([torch.stack([state["h"] for state in states]) for states, _ in ways.values()], dim=2)
        below = joined + below if layer.get("residual") else joined
    y = head(spec, parameters, below, lengths)
    total, row_losses = take_loss(spec, y, target, weights)
    total.backward()
    gradients = {key: value.grad.clone() for key, value in parameters.items()}
    if kind == "lstm-peepholes":
        check_against_onnx(layers[0], parameters, x, initial[0], lengths, run[0])
    if kind in IN_PYTORCH:
        gradients = check_against_modules(spec, parameters, data, {"loss": total, "gradients": gradients})

    tensors = {"lengths": lengths, "raw": raw, "target": target, "weights": weights}
    for key, value in parameters.items():
        tensors[f"param.{key}"] = value
        tensors[f"grad.param.{key}"] = gradients[key]

    def trace(key, value, gradient):
        tensors[key] = value
        tensors[f"grad.{key}"] = gradient

    trace("input", x, x.grad)
    trace("output", y * valid.unsqueeze(2) if at == "each-step" else y, y.grad)
    tensors["loss"] = row_losses * (weights > 0)
    for number, direction, states, gates in (
        (number, direction, *way) for number, ways in enumerate(run) for direction, way in ways.items()
    ):
        prefix = f"layers.{number}.{direction}."
        for s in STATES[layers[number]["cell"]]:
            value = initial[number][direction, s]
            trace(f"{prefix}{s}0", value, value.grad)
            steps = [state[s] for state in states]
            # What lies after the end belongs, backwards, to the state before the first step.
            own = valid.unsqueeze(2) if direction == "reverse" else True
            gradient = torch.stack([gradient_of(step) for step in steps]) * own
            trace(prefix + s, torch.stack(steps), gradient)
        for gate in gates[0]:
            steps = [each[gate] for each in gates]
            mask = valid.unsqueeze(2)
            trace(prefix + gate, torch.stack(steps) * mask, torch.stack([gradient_of(step) for step in steps]) * mask)
    # A network of dead relus would prove nothing.
    if any(not value.any() for key, value in tensors.items() if key.startswith("grad.")):
        return make_case(name, kind, depth, loss, at, input_kind, seed + 100, loss_options, bidirectional, residual)
    write(name, tensors, {"spec": json.dumps(spec), "loss": repr(total.item())})


def gradient_of(tensor):
    return torch.zeros_like(tensor) if tensor.grad is None else tensor.grad


# ------------------------------------------------------------------- ten steps of each optimizer

SGD = {"kind": "sgd", "learningRate": 0.3, "momentum": 0, "nesterov": False, "weightDecay": 0}
ADAM = {"kind": "adam", "learningRate": 0.02, "beta1": 0.85, "beta2": 0.99, "epsilon": 1e-7, "weightDecay": 0}
RMSPROP = {"kind": "rmsprop", "learningRate": 0.01, "decay": 0.9, "momentum": 0, "epsilon": 1e-7, "weightDecay": 0}
ADAGRAD = {"kind": "adagrad", "learningRate": 0.1, "learningRateDecay": 0, "epsilon": 1e-7, "weightDecay": 0}
AVERAGE_DECAY = 0.7  # every run also averages its weights

OPTIMIZERS = {
    "sgd": (SGD, {}),
    "sgd-momentum": ({**SGD, "learningRate": 0.1, "momentum": 0.8}, {}),
    "sgd-nesterov": ({**SGD, "learningRate": 0.1, "momentum": 0.8, "nesterov": True, "weightDecay": 0.1}, {}),
    "sgd-weight-decay": ({**SGD, "weightDecay": 0.2}, {}),
    "adam": (ADAM, {}),
    "adam-weight-decay": ({**ADAM, "weightDecay": 0.1}, {}),
    "adamw": ({**ADAM, "kind": "adamw", "weightDecay": 0.3}, {}),
    "rmsprop": (RMSPROP, {}),
    "rmsprop-momentum": ({**RMSPROP, "momentum": 0.7}, {}),
    "rmsprop-weight-decay": ({**RMSPROP, "momentum": 0.7, "weightDecay": 0.1}, {}),
    "adagrad": (ADAGRAD, {}),
    "adagrad-decay": ({**ADAGRAD, "learningRateDecay": 0.2, "weightDecay": 0.1}, {}),
    "sgd-clip-norm": ({**SGD, "learningRate": 1.0, "momentum": 0.5}, {"norm": 0.3}),
    "sgd-clip-value": ({**SGD, "learningRate": 1.0}, {"value": 0.02}),
    "sgd-clip-parameter-norm": ({**SGD, "learningRate": 1.0}, {"parameterNorm": 0.05}),
    "sgd-clip-everything": ({**SGD, "learningRate": 1.0}, {"parameterNorm": 0.15, "norm": 0.2, "value": 0.03}),
    "adam-clip-norm": ({**ADAM, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}, {"norm": 0.3}),
}


def torch_optimizer(config, parameters):
    options = {"lr": config["learningRate"], "weight_decay": config["weightDecay"]}
    if config["kind"] == "sgd":
        return torch.optim.SGD(parameters, momentum=config["momentum"], nesterov=config["nesterov"], **options)
    options["eps"] = config["epsilon"]
    if config["kind"] in ("adam", "adamw"):
        make = torch.optim.Adam if config["kind"] == "adam" else torch.optim.AdamW
        return make(parameters, betas=(config["beta1"], config["beta2"]), **options)
    if config["kind"] == "adagrad":
        return torch.optim.Adagrad(parameters, lr_decay=config["learningRateDecay"], **options)
    return torch.optim.RMSprop(parameters, alpha=config["decay"], momentum=config["momentum"], **options)


def make_optimizers():
    """One embedded LSTM, from the same start with each optimizer: all parameters after ten steps, losses, norms."""
    torch.manual_seed(99)
    spec = {
        "input": {"kind": "tokens", "vocabulary": VOCABULARY, "embedding": INPUT},
        "layers": [{**CELLS["lstm"], "hidden": HIDDEN[0]}],
        "output": {"size": OUTPUT, "at": "each-step"},
        "loss": "cross-entropy",
    }
    start = random_parameters(spec)
    raw = torch.randint(VOCABULARY, (STEPS, BATCH))
    target = torch.randint(OUTPUT, (STEPS, BATCH))
    tensors = {"raw": raw, "target": target}
    tensors.update({f"param.{key}": value for key, value in start.items()})
    configs = {}
    for name, (config, clip) in OPTIMIZERS.items():
        parameters = {key: value.detach().clone().requires_grad_() for key, value in start.items()}
        optimizer = torch_optimizer(config, list(parameters.values()))
        averaged = AveragedModel(
            nn.ParameterList(parameters.values()), multi_avg_fn=get_ema_multi_avg_fn(AVERAGE_DECAY)
        )
        losses, norms = [], []
        for _ in range(10):
            optimizer.zero_grad()
            x = parameters["embedding.weight"][raw]
            lstm = nn.LSTM(INPUT, HIDDEN[0])
            names = {f"{key}_l0": value for key, value in layer_parameters(parameters, 0).items()}
            h, _ = torch.func.functional_call(lstm, names, (x,))
            y = h @ parameters["output.weight"].T + parameters["output.bias"]
            loss = nn.functional.cross_entropy(y.flatten(0, 1), target.flatten())
            loss.backward()
            norms.append(torch.linalg.vector_norm(torch.cat([p.grad.flatten() for p in parameters.values()])))
            if "parameterNorm" in clip:
                for parameter in parameters.values():
                    clip_grad_norm_([parameter], clip["parameterNorm"])
            if "norm" in clip:
                clip_grad_norm_(parameters.values(), clip["norm"])
            if "value" in clip:
                clip_grad_value_(parameters.values(), clip["value"])
            optimizer.step()
            averaged.update_parameters(nn.ParameterList(parameters.values()))
            losses.append(loss.detach())
        tensors[f"{name}.losses"] = torch.stack(losses)
        tensors[f"{name}.norms"] = torch.stack(norms)
        tensors.update({f"{name}.param.{key}": value for key, value in parameters.items()})
        tensors.update({f"{name}.average.{key}": value for key, value in zip(parameters, averaged.module)})
        configs[name] = {"optimizer": config, "clip": clip}
    write(
        "optimizers",
        tensors,
        {"spec": json.dumps(spec), "optimizers": json.dumps(configs), "averageDecay": repr(AVERAGE_DECAY)},
    )


# ------------------------------------------------------------------- learning-rate schedules

EPOCHS, UPDATES_PER_EPOCH, WARMUP = 12, 5, 7
SCHEDULES = {
    "step": ({"kind": "step", "everyEpochs": 3, "factor": 0.3}, lambda o: torch.optim.lr_scheduler.StepLR(o, 3, 0.3)),
    "exponential": (
        {"kind": "exponential", "factor": 0.8},
        lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.8),
    ),
    "cosine": ({"kind": "cosine", "minimumLearningRate": 0.01}, None),
    "plateau": (
        {"kind": "plateau", "factor": 0.4, "patience": 1, "minimumImprovement": 0.05, "minimumLearningRate": 0.02},
        lambda o: torch.optim.lr_scheduler.ReduceLROnPlateau(
            o, factor=0.4, patience=1, threshold=0.05, threshold_mode="abs", min_lr=0.02
        ),
    ),
    "constant": ({"kind": "constant"}, None),
}
VALIDATION = [2.0, 1.5, 1.48, 1.47, 1.46, 1.3, 1.31, 1.29, 1.28, 1.5, 1.27, 1.6]


def rates_of(name, make, warmup):
    """The learning rate of every update. What changes by epoch is multiplied by the warm-up; a cosine comes after it."""
    schedulers = torch.optim.lr_scheduler
    make_optimizer = lambda: torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.5)
    warm, cool = make_optimizer(), make_optimizer()
    warming = schedulers.LinearLR(warm, 1 / warmup, 1.0, warmup - 1) if warmup > 1 else None
    by_epoch = make(cool) if make else None
    by_update = schedulers.CosineAnnealingLR(cool, EPOCHS * UPDATES_PER_EPOCH - warmup, 0.01) if name == "cosine" else None
    rates = []
    for epoch in range(EPOCHS):
        for update in range(UPDATES_PER_EPOCH):
            rates.append(cool.param_groups[0]["lr"] * warm.param_groups[0]["lr"] / 0.5)
            warm.step(), cool.step()
            if warming:
                warming.step()
            if by_update and len(rates) > warmup:
                by_update.step()
        if by_epoch:
            by_epoch.step(VALIDATION[epoch]) if name == "plateau" else by_epoch.step()
    return torch.tensor(rates)


def make_schedules():
    tensors = {"validation": torch.tensor(VALIDATION)}
    configs = {}
    for name, (config, make) in SCHEDULES.items():
        for suffix, warmup in (("", 0), ("-warm-up", WARMUP)):
            tensors[name + suffix] = rates_of(name, make, warmup)
            configs[name + suffix] = {**config, "warmupUpdates": warmup}
    write("schedules", tensors, {"schedules": json.dumps(configs), "epochs": str(EPOCHS)})


# ------------------------------------------------------------------- files


def write(name, tensors, metadata):
    """safetensors: length of the header, JSON header, then the tensors, doubles before whole numbers."""
    header, blobs, offset = {"__metadata__": {**metadata, "torch": torch.__version__}}, [], 0
    plain = {key: value.detach().contiguous() for key, value in tensors.items()}
    for key, value in sorted(plain.items(), key=lambda item: not item[1].is_floating_point()):
        dtype = "F64" if value.is_floating_point() else "I32"
        blob = (value if dtype == "F64" else value.int()).numpy().tobytes()
        header[key] = {"dtype": dtype, "shape": list(value.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def main():
    combinations = [
        (1, "cross-entropy", "each-step", "embedding"),
        (1, "mean-squared-error", "last-step", "dense"),
        (2, "cross-entropy", "last-step", "one-hot"),
        (2, "mean-squared-error", "each-step", "dense"),
    ]
    seed = 0
    for kind in CELLS:
        for depth, loss, at, input_kind in combinations:
            seed += 1
            make_case(f"{kind}-{depth}-{loss}-{at}-{input_kind}", kind, depth, loss, at, input_kind, seed)
    class_weights = [0.5, 1.0, 3.0, 0.2, 1.5]
    losses = {
        "label-smoothing": ("cross-entropy", {"labelSmoothing": 0.2}),
        "class-weights": ("cross-entropy", {"classWeights": class_weights}),
        "class-weights-label-smoothing": ("cross-entropy", {"labelSmoothing": 0.1, "classWeights": class_weights}),
        "sigmoid-cross-entropy": ("sigmoid-cross-entropy", None),
        "mean-absolute-error": ("mean-absolute-error", None),
        "huber": ("huber", {"delta": 0.7}),
        "gaussian": ("gaussian", None),
    }
    for name, (loss, options) in losses.items():
        seed += 1
        at = "each-step" if seed % 2 else "last-step"
        make_case(f"loss-{name}-{at}", "lstm", 2, loss, at, "dense", seed, options)
    for kind in CELLS:
        for depth, loss, at, input_kind in (combinations[0], combinations[2], (2, "huber", "each-step", "dense")):
            seed += 1
            name = f"bidirectional-{kind}-{depth}-{loss}-{at}-{input_kind}"
            make_case(name, kind, depth, loss, at, input_kind, seed, bidirectional=True)
    for kind, at, both in (("lstm", "each-step", False), ("gru-after", "last-step", False), ("lstm", "last-step", True)):
        seed += 1
        name = f"residual-{'bidirectional-' if both else ''}{kind}-{at}"
        make_case(name, kind, 2, "mean-squared-error", at, "dense", seed, bidirectional=both, residual=True)
    for kind in VARIANTS:
        cases = [(*combinations[0], False), (2, "mean-squared-error", "each-step", "dense", True), (2, "cross-entropy", "last-step", "one-hot", True)]
        for depth, loss, at, input_kind, both in cases:
            seed += 1
            name = f"variant-{'bidirectional-' if both else ''}{kind}-{depth}-{loss}-{at}-{input_kind}"
            make_case(name, kind, depth, loss, at, input_kind, seed, bidirectional=both)
    for kind in CELLS:
        seed += 1
        both = kind in ("lstm", "gru-after")
        name = f"deep-{'bidirectional-' if both else ''}{kind}-3-mean-squared-error-each-step-dense"
        make_case(name, kind, 3, "mean-squared-error", "each-step", "dense", seed, bidirectional=both)
    make_optimizers()
    make_schedules()


if __name__ == "__main__":
    main()
