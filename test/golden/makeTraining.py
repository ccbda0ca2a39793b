"""Ten updates of every cell in every variant, as PyTorch makes them, in double precision.

    python3 test/golden/makeTraining.py        (torch >= 2; writes test/golden/training/*.safetensors)

Two batches of sequences of different lengths take turns; each cell has another optimizer, clipping, schedule and number of
batches to an update, so that together they are all of them. Cells that PyTorch has are its modules, packed; the others are
written out in makeFixtures.py.
"""

import itertools
import json
from pathlib import Path

import makeFixtures
import torch
from makeFixtures import ADAGRAD, ADAM, INPUT, OUTPUT, RMSPROP, SGD, STATES, SUFFIX, take_loss, torch_optimizer
from torch import nn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

makeFixtures.FOLDER = Path(__file__).parent / "training"
STEPS, BATCH, HIDDEN, UPDATES, AVERAGE_DECAY, WARMUP = 5, 3, 4, 10, 0.6, 4
LENGTHS = ([5, 4, 2], [5, 3, 1])

SWITCHES = {
    "rnn": {"nonlinearity": ["tanh", "relu"], "layerNorm": [None, True]},
    "lstm": {"projection": [None, 3], "peepholes": [None, True], "layerNorm": [None, True]},
    "gru": {"reset": ["after", "before"], "layerNorm": [None, True]},
}
OPTIMIZERS = [
    ADAM,
    {**SGD, "learningRate": 0.1, "momentum": 0.8, "nesterov": True},
    RMSPROP,
    {**ADAM, "kind": "adamw", "weightDecay": 0.3},
    ADAGRAD,
    {**SGD, "learningRate": 0.2, "weightDecay": 0.1},
    {**RMSPROP, "momentum": 0.6},
]
CLIPS = [{}, {"norm": 0.3}, {"value": 0.05}, {"parameterNorm": 0.2}, {"parameterNorm": 0.3, "norm": 0.4, "value": 0.1}]
LOSSES = ["cross-entropy", "mean-squared-error", "gaussian"]


def kinds():
    for cell, switches in SWITCHES.items():
        for values in itertools.product(*switches.values()):
            chosen = {key: value for key, value in zip(switches, values) if value is not None}
            yield {"cell": cell, "hidden": HIDDEN, **chosen}


def run(layer, parameters, x, lengths):
    """x (T,B,I) to h (T,B,D·H)."""
    directions = makeFixtures.directions_of(layer)
    if not layer.get("layerNorm") and not layer.get("peepholes") and layer.get("reset") != "before":
        make = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[layer["cell"]]
        options = {"nonlinearity": layer["nonlinearity"]} if layer["cell"] == "rnn" else {}
        options |= {"proj_size": layer["projection"]} if "projection" in layer else {}
        module = make(INPUT, HIDDEN, bidirectional=len(directions) > 1, **options)
        names = {key: value for key, value in parameters.items() if "_l0" in key}
        packed = pack_padded_sequence(x, lengths)
        return pad_packed_sequence(torch.func.functional_call(module, names, (packed,))[0], total_length=STEPS)[0]
    ways = []
    for direction in directions:
        first = {
            s: torch.zeros(BATCH, makeFixtures.width_of(layer, s)).requires_grad_() for s in STATES[layer["cell"]]
        }
        p = {
            key.removesuffix(f"_l0{SUFFIX[direction]}"): value
            for key, value in parameters.items()
            if key.endswith(f"_l0{SUFFIX[direction]}")
        }
        states, _ = makeFixtures.run_layer(x, first, p, layer, lengths, direction)
        ways.append(torch.stack([state["h"] for state in states]))
    return torch.cat(ways, dim=2)


def make(number, layer):
    torch.manual_seed(number + 1)
    loss = LOSSES[number % len(LOSSES)]
    layer = {**layer, "bidirectional": True} if number % 3 == 1 else layer
    size = 2 * OUTPUT if loss == "gaussian" else OUTPUT
    spec = {
        "input": {"kind": "dense", "size": INPUT}, "layers": [layer],
        "output": {"size": size, "at": "each-step"}, "loss": loss,
    }
    optimizer_config, clip = OPTIMIZERS[number % len(OPTIMIZERS)], CLIPS[number % len(CLIPS)]
    accumulate, warmup = 1 + number // 2 % 2, WARMUP if number % 2 else 0
    parameters = makeFixtures.random_parameters(spec)
    tensors = {f"param.{key}": value.detach().clone() for key, value in parameters.items()}

    batches = []
    for index, lengths in enumerate(LENGTHS):
        lengths = torch.tensor(lengths)
        valid = torch.arange(STEPS).unsqueeze(1) < lengths
        raw = torch.randn(STEPS, BATCH, INPUT) * valid.unsqueeze(2)
        classes = loss == "cross-entropy"
        target = torch.randint(OUTPUT, (STEPS, BATCH)) if classes else torch.randn(STEPS, BATCH, OUTPUT)
        weights = (torch.rand(STEPS, BATCH) + 0.5) * valid
        batches.append((raw, lengths, target, weights))
        for name, value in zip(("raw", "lengths", "target", "weights"), batches[-1]):
            tensors[f"{index}.{name}"] = value

    optimizer = torch_optimizer(optimizer_config, list(parameters.values()))
    rate = optimizer_config["learningRate"]
    warming = torch.optim.lr_scheduler.LinearLR(optimizer, 1 / warmup, 1.0, warmup - 1) if warmup else None
    averaged = AveragedModel(nn.ParameterList(parameters.values()), multi_avg_fn=get_ema_multi_avg_fn(AVERAGE_DECAY))
    losses, norms, turn = [], [], itertools.cycle(batches)
    for _ in range(UPDATES):
        optimizer.zero_grad()
        parts, shares = [], []
        for raw, lengths, target, weights in itertools.islice(turn, accumulate):
            y = run(layer, parameters, raw, lengths) @ parameters["output.weight"].T + parameters["output.bias"]
            parts.append(take_loss(spec, y, target, weights)[0])
            shares.append(weights.sum())
        total = sum(part * share for part, share in zip(parts, shares)) / sum(shares)
        total.backward()
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
        if warming:
            warming.step()
        losses.append(total.detach())
    tensors |= {"losses": torch.stack(losses), "norms": torch.stack(norms)}
    tensors |= {f"trained.{key}": value for key, value in parameters.items()}
    tensors |= {f"average.{key}": value for key, value in zip(parameters, averaged.module)}
    training = {
        "optimizer": optimizer_config, "clip": clip, "accumulate": accumulate,
        "schedule": {"kind": "constant", "warmupUpdates": warmup}, "averageWeights": {"decay": AVERAGE_DECAY},
    }
    name = "-".join([layer["cell"], *(value if isinstance(value, str) else key for key, value in layer.items() if key not in ("cell", "hidden"))])
    makeFixtures.write(name, tensors, {"spec": json.dumps(spec), "training": json.dumps(training), "updates": str(UPDATES)})


for number, layer in enumerate(kinds()):
    make(number, layer)
