"""PyTorch's numbers for encoder-decoders and attention pooling, in double precision.

    python3 test/golden/makeSequenceToSequence.py    (torch >= 2; writes test/golden/sequenceToSequence/*.safetensors)

Each network is written out step by step, so that the gradient of every gate, state and weight of attention can be kept.
Then the same network runs again out of torch.nn's own modules (packed recurrent layers, recurrent cells, nn.Linear's
function), and loss and gradients must agree to 1e-12 before a fixture is written. Encoder and decoder share one axis of
time, the source's steps first.
"""

import json
from pathlib import Path

import makeFixtures
import torch
from makeFixtures import CELLS, GATES, STATES, STEP, directions_of, gradient_of, kept, run_layer
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

makeFixtures.FOLDER = Path(__file__).parent / "sequenceToSequence"
S, T, B, SOURCES, TARGETS, EMBED_S, EMBED_T, ATTENTION = 5, 4, 3, 7, 6, 3, 2, 4
SOURCE_LENGTHS, TARGET_LENGTHS = torch.tensor([5, 2, 4]), torch.tensor([3, 4, 1])
CELL = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
MODULE = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def layer(kind, hidden, **more):
    return {**CELLS[kind], "hidden": hidden, **more}


def width_of(described):
    return described["hidden"] * len(directions_of(described))


def shapes_of(spec):
    shapes, decoder = {}, spec.get("decoder")

    def embedding(prefix, table, vocabulary):
        if table is not None:
            shapes[f"{prefix}embedding.weight"] = (vocabulary, table)
        return vocabulary if table is None else table

    def layers(prefix, described, width):
        for number, each in enumerate(described):
            rows = max(1, len(GATES[each["cell"]])) * each["hidden"]
            for direction in directions_of(each):
                suffix = makeFixtures.SUFFIX[direction]
                shapes[f"{prefix}weight_ih_l{number}{suffix}"] = (rows, width)
                shapes[f"{prefix}weight_hh_l{number}{suffix}"] = (rows, each["hidden"])
                shapes[f"{prefix}bias_ih_l{number}{suffix}"] = (rows,)
                shapes[f"{prefix}bias_hh_l{number}{suffix}"] = (rows,)
            width = width_of(each)
        return width

    memory = layers("", spec["layers"], embedding("", spec["input"].get("embedding"), SOURCES))
    top = memory
    if decoder:
        score = decoder.get("attention", {}).get("score")
        fed = memory if decoder.get("context") or score == "additive" else 0
        top = layers("decoder.", decoder["layers"], embedding("decoder.", decoder.get("embedding"), TARGETS) + fed)
        if decoder["start"] == "map":
            for number, each in enumerate(decoder["layers"]):
                shapes[f"bridge.l{number}.weight"] = (each["hidden"], memory)
                shapes[f"bridge.l{number}.bias"] = (each["hidden"],)
        if score == "additive":
            shapes["attention.query.weight"] = (ATTENTION, top)
            shapes["attention.key.weight"] = (ATTENTION, memory)
            shapes["attention.score.weight"] = (ATTENTION,)
        elif score:
            if score == "general":
                shapes["attention.key.weight"] = (top, memory)
            shapes["attention.combine.weight"] = (top, memory + top)
    else:
        shapes["attention.key.weight"] = (ATTENTION, memory)
        shapes["attention.key.bias"] = (ATTENTION,)
        shapes["attention.score.weight"] = (ATTENTION,)
    shapes["output.weight"] = (spec["output"]["size"], top)
    shapes["output.bias"] = (spec["output"]["size"],)
    return shapes


def cell_parameters(p, prefix, number, direction="forward"):
    suffix = makeFixtures.SUFFIX[direction]
    return {name: p[f"{prefix}{name}_l{number}{suffix}"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}


def read_tokens(p, prefix, tokens, mask, vocabulary):
    table = p.get(f"{prefix}embedding.weight")
    x = nn.functional.one_hot(tokens, vocabulary).double() if table is None else table[tokens]
    return x * mask.unsqueeze(-1)


def weigh(scores, valid):
    """scores (B,S) to weights that are 0 behind the end of each source."""
    return torch.softmax(scores.masked_fill(~valid.T, float("-inf")), dim=1)


def score_of(spec, p, query, memory):
    """query (B,H), memory (S,B,K) to (B,S)."""
    kind = spec["decoder"]["attention"]["score"]
    if kind == "additive":
        asked = query @ p["attention.query.weight"].T + memory @ p["attention.key.weight"].T
        return (torch.tanh(asked) @ p["attention.score.weight"]).T
    keys = memory if kind == "dot" else memory @ p["attention.key.weight"].T
    return (keys * query).sum(2).T


# ------------------------------------------------------------------- step by step, everything kept


def encode(spec, p, data, trace):
    x = read_tokens(p, "", data["source"], data["validS"], SOURCES)
    x = kept(x if x.requires_grad else x.requires_grad_())
    trace("input", [x], data["validS"], "source")
    below, ends = x, []
    for number, each in enumerate(spec["layers"]):
        joined, last = [], {s: [] for s in STATES[each["cell"]]}
        for direction in directions_of(each):
            first = {s: torch.zeros(B, each["hidden"]).requires_grad_() for s in STATES[each["cell"]]}
            states, gates = run_layer(below, first, cell_parameters(p, "", number, direction), each, SOURCE_LENGTHS, direction)
            note(trace, f"layers.{number}.{direction}.", each, first, states, gates, data["validS"], "source")
            joined.append(torch.stack([state["h"] for state in states]))
            for s in last:
                last[s].append(states[-1 if direction == "forward" else 0][s])
        ends.append({s: torch.cat(parts, 1) for s, parts in last.items()})
        joined = torch.cat(joined, dim=2)
        below = joined + below if each.get("residual") else joined
    return below, ends


def note(trace, prefix, each, first, states, gates, valid, part):
    for s in STATES[each["cell"]]:
        trace(f"{prefix}{s}0", first[s], None, None)
        trace(prefix + s, [state[s] for state in states], valid, part, hold=True)
    for gate in gates[0]:
        trace(prefix + gate, [every[gate] for every in gates], valid, part)


def start_of(spec, p, ends):
    """The decoder's first states, layer by layer; each kept."""
    decoder, states = spec["decoder"], []
    for number, each in enumerate(decoder["layers"]):
        state = {s: torch.zeros(B, each["hidden"]).requires_grad_() for s in STATES[each["cell"]]}
        if decoder["start"] == "copy":
            state = {s: kept(value * 1) for s, value in ends[number].items()}
        if decoder["start"] == "map":
            mapped = ends[-1]["h"] @ p[f"bridge.l{number}.weight"].T + p[f"bridge.l{number}.bias"]
            state["h"] = kept(torch.tanh(mapped))
        states.append(state)
    return states


def decode(spec, p, data, memory, ends, trace):
    decoder = spec["decoder"]
    layers, score = decoder["layers"], decoder.get("attention", {}).get("score")
    first = start_of(spec, p, ends)
    state, runs = first, [([], []) for _ in layers]
    weights, contexts, inputs, outputs, joined = [], [], [], [], []
    tokens = read_tokens(p, "decoder.", data["written"], data["validT"], TARGETS)

    def look(query):
        weights.append(kept(weigh(score_of(spec, p, query, memory), data["validS"])))
        contexts.append(kept(torch.einsum("bs,sbk->bk", weights[-1], memory)))
        return contexts[-1]

    for t in range(T):
        x = [tokens[t]]
        if score == "additive":
            x.append(look(state[-1]["h"]))
        elif decoder.get("context"):
            x.append(ends[-1]["h"])
        x = torch.cat(x, 1)
        inputs.append(kept(x if x.requires_grad else x.requires_grad_()))
        below, after = inputs[-1], []
        for number, each in enumerate(layers):
            valid = data["validT"][t].unsqueeze(1)
            new, gates = STEP[each["cell"]](below, state[number], cell_parameters(p, "decoder.", number), each)
            if each["cell"] == "lstm":
                c = kept(torch.where(valid, new["c"], state[number]["c"]))
                gates["o"] = gates["o"](c)
                h = makeFixtures.lstm_output(c, gates["o"], {}, each)
                new = {"h": kept(torch.where(valid, h, state[number]["h"])), "c": c}
            else:
                new = {"h": kept(torch.where(valid, new["h"], state[number]["h"]))}
            runs[number][0].append(new)
            runs[number][1].append(gates)
            below = new["h"] + below if each.get("residual") else new["h"]
            after.append(new)
        state = after
        if score in ("dot", "general"):
            below = kept(torch.tanh(torch.cat([look(below), below], 1) @ p["attention.combine.weight"].T))
            joined.append(below)
        outputs.append(below)
    number_of_first = len(spec["layers"])
    for number, (states, gates) in enumerate(runs):
        prefix = f"layers.{number_of_first + number}.forward."
        note(trace, prefix, layers[number], first[number], states, gates, data["validT"], "target")
    trace("decoder.input", inputs, None, "target")
    if score:
        trace("attention.weights", weights, None, None)
        trace("attention.context", contexts, None, "target")
    if joined:
        trace("attention.output", joined, None, "target")
    return kept(torch.stack(outputs) @ p["output.weight"].T + p["output.bias"])


def pool(p, memory, data, trace):
    hidden = torch.tanh(memory @ p["attention.key.weight"].T + p["attention.key.bias"])
    weights = kept(weigh((hidden @ p["attention.score.weight"]).T, data["validS"]))
    context = kept(torch.einsum("bs,sbk->bk", weights, memory))
    trace("attention.weights", [weights], None, None)
    trace("attention.context", context, None, None)
    return kept(context @ p["output.weight"].T + p["output.bias"])


# ------------------------------------------------------------------- the same out of modules


def modules_loss(spec, p, data):
    x = read_tokens(p, "", data["source"], data["validS"], SOURCES)
    ends = []
    for number, each in enumerate(spec["layers"]):
        directions = directions_of(each)
        options = {"nonlinearity": each["nonlinearity"]} if each["cell"] == "rnn" else {}
        module = MODULE[each["cell"]](x.shape[-1], each["hidden"], bidirectional=len(directions) > 1, **options)
        names = {
            f"{name}_l0{makeFixtures.SUFFIX[direction]}": value
            for direction in directions
            for name, value in cell_parameters(p, "", number, direction).items()
        }
        packed = pack_padded_sequence(x, SOURCE_LENGTHS, enforce_sorted=False)
        out, last = torch.func.functional_call(module, names, (packed,))
        last = last if isinstance(last, tuple) else (last,)
        ends.append([torch.cat(tuple(state), 1) for state in last])
        below, (x, _) = x, pad_packed_sequence(out, total_length=S)
        x = x + below if each.get("residual") else x
    memory, decoder = x, spec.get("decoder")
    if not decoder:
        scores = nn.functional.linear(memory, p["attention.key.weight"], p["attention.key.bias"]).tanh() @ p["attention.score.weight"]
        return loss_of(spec, nn.functional.linear((weigh(scores.T, data["validS"]).T.unsqueeze(2) * memory).sum(0), p["output.weight"], p["output.bias"]), data)[0]

    score = decoder.get("attention", {}).get("score")
    states = [[torch.zeros(B, each["hidden"]) for _ in STATES[each["cell"]]] for each in decoder["layers"]]
    if decoder["start"] == "copy":
        states = [list(end) for end in ends]
    if decoder["start"] == "map":
        for number, state in enumerate(states):
            state[0] = nn.functional.linear(ends[-1][0], p[f"bridge.l{number}.weight"], p[f"bridge.l{number}.bias"]).tanh()
    look = lambda query: (weigh(score_of(spec, p, query, memory), data["validS"]).T.unsqueeze(2) * memory).sum(0)
    written, logits = read_tokens(p, "decoder.", data["written"], data["validT"], TARGETS), []
    for t in range(T):
        below = written[t]
        if score == "additive":
            below = torch.cat([below, look(states[-1][0])], 1)
        elif decoder.get("context"):
            below = torch.cat([below, ends[-1][0]], 1)
        for number, each in enumerate(decoder["layers"]):
            options = {"nonlinearity": each["nonlinearity"]} if each["cell"] == "rnn" else {}
            cell = CELL[each["cell"]](below.shape[1], each["hidden"], **options)
            state = tuple(states[number]) if each["cell"] == "lstm" else states[number][0]
            new = torch.func.functional_call(cell, cell_parameters(p, "decoder.", number), (below, state))
            states[number] = list(new) if each["cell"] == "lstm" else [new]
            below = states[number][0] + below if each.get("residual") else states[number][0]
        if score in ("dot", "general"):
            below = nn.functional.linear(torch.cat([look(below), below], 1), p["attention.combine.weight"]).tanh()
        logits.append(nn.functional.linear(below, p["output.weight"], p["output.bias"]))
    return loss_of(spec, torch.stack(logits), data)[0]


def loss_of(spec, y, data):
    rows = nn.functional.cross_entropy(y.flatten(0, -2), data["target"].flatten(), reduction="none")
    weights = data["weights"].flatten()
    return (rows * weights).sum() / weights.sum(), (rows * (weights > 0)).reshape(data["target"].shape)


# ------------------------------------------------------------------- fixtures


def make_case(name, spec, seed):
    torch.manual_seed(seed)
    p = {key: (0.6 * torch.randn(shape)).requires_grad_() for key, shape in shapes_of(spec).items()}
    decodes = "decoder" in spec
    valid_s = torch.arange(S).unsqueeze(1) < SOURCE_LENGTHS
    valid_t = torch.arange(T).unsqueeze(1) < TARGET_LENGTHS
    rows = (T, B) if decodes else (B,)
    target = torch.randint(spec["output"]["size"], rows)
    written = torch.cat([torch.zeros(1, B, dtype=torch.long), target[:-1]]) if decodes else None
    data = {
        "source": torch.randint(SOURCES, (S, B)), "written": written, "target": target,
        "weights": valid_t.double() if decodes else torch.rand(B) + 0.5, "validS": valid_s, "validT": valid_t,
    }
    noted = []
    trace = lambda key, value, valid, part, hold=False: noted.append((key, value, valid, part, hold))
    memory, ends = encode(spec, p, data, trace)
    y = decode(spec, p, data, memory, ends, trace) if decodes else pool(p, memory, data, trace)
    total, row_losses = loss_of(spec, y, data)
    total.backward()
    gradients = {key: value.grad.clone() for key, value in p.items()}
    for value in p.values():
        value.grad = None
    if "gru-before" not in name:  # which PyTorch does not have
        again = modules_loss(spec, p, data)
        again.backward()
        torch.testing.assert_close(again, total, rtol=1e-12, atol=1e-13)
        for key, value in p.items():
            torch.testing.assert_close(value.grad, gradients[key], rtol=1e-12, atol=1e-13)

    tensors = {"raw": data["source"], "lengths": SOURCE_LENGTHS, "target": target, "weights": data["weights"]}
    if decodes:
        tensors |= {"written": written, "writtenLengths": TARGET_LENGTHS}
    for key, value in p.items():
        tensors[f"param.{key}"] = value
        tensors[f"grad.param.{key}"] = gradients[key]
    for key, value, valid, part, hold in noted:
        gradient = torch.stack([gradient_of(v) for v in value]) if isinstance(value, list) else gradient_of(value)
        value = torch.stack(value) if isinstance(value, list) else value
        if key == "input":
            value, gradient = value[0], gradient[0]
        if key == "attention.weights":
            gradient = gradient * valid_s.T  # behind the end it is no function of anything
        if valid is not None:
            mask = valid.unsqueeze(2)
            value, gradient = value if hold else value * mask, gradient * mask
        tensors[key], tensors[f"grad.{key}"] = place(value, part, decodes), place(gradient, part, decodes)
    part = "target" if decodes else None
    tensors["output"], tensors["grad.output"] = place(y, part, decodes), place(y.grad, part, decodes)
    tensors["loss"] = place(row_losses, part, decodes)
    makeFixtures.write(name, tensors, {"spec": json.dumps(spec), "loss": repr(total.item())})


def place(value, part, decodes):
    """On the axis of time that source and target share."""
    if part is None or not decodes:
        return value
    source, target = (value, torch.zeros(T, *value.shape[1:])) if part == "source" else (torch.zeros(S, *value.shape[1:]), value)
    return torch.cat([source, target])


def encoder_decoder(layers, decoder, embeds=True):
    return {
        "input": {"kind": "tokens", "vocabulary": SOURCES, **({"embedding": EMBED_S} if embeds else {})},
        "layers": layers,
        "decoder": {"vocabulary": TARGETS, **({"embedding": EMBED_T} if embeds else {}), **decoder},
        "output": {"size": TARGETS, "at": "each-step"},
        "loss": "cross-entropy",
    }


def pooled(layers):
    return {
        "input": {"kind": "tokens", "vocabulary": SOURCES, "embedding": EMBED_S},
        "layers": layers, "pooling": {"size": ATTENTION},
        "output": {"size": TARGETS, "at": "last-step"}, "loss": "cross-entropy",
    }


def main():
    additive = {"score": "additive", "size": ATTENTION}
    both = {"bidirectional": True}
    make_case("sutskever-lstm-2", encoder_decoder(
        [layer("lstm", 4), layer("lstm", 5)], {"layers": [layer("lstm", 4), layer("lstm", 5)], "start": "copy"}, embeds=False), 1)
    make_case("cho-gru-before", encoder_decoder(
        [layer("gru-before", 4)], {"layers": [layer("gru-before", 5)], "start": "map", "context": True}), 2)
    make_case("bahdanau-gru", encoder_decoder(
        [layer("gru-after", 3, **both)], {"layers": [layer("gru-after", 5)], "start": "map", "attention": additive}), 3)
    make_case("bahdanau-lstm-2-residual", encoder_decoder(
        [layer("lstm", 3, **both), layer("lstm", 3, **both, residual=True)],
        {"layers": [layer("lstm", 5), layer("lstm", 5, residual=True)], "start": "map", "attention": additive}), 4)
    make_case("luong-dot-rnn", encoder_decoder(
        [layer("rnn-tanh", 5)], {"layers": [layer("rnn-tanh", 5)], "start": "zero", "attention": {"score": "dot"}}), 5)
    make_case("luong-general-lstm", encoder_decoder(
        [layer("lstm", 2, **both), layer("lstm", 3, **both)],
        {"layers": [layer("lstm", 4), layer("lstm", 6)], "start": "copy", "attention": {"score": "general"}}), 6)
    make_case("luong-dot-gru-2-residual-context", encoder_decoder(
        [layer("gru-after", 4)],
        {"layers": [layer("gru-after", 4), layer("gru-after", 4, residual=True)], "start": "map", "context": True, "attention": {"score": "dot"}}), 7)
    make_case("pooling-gru", pooled([layer("gru-after", 4)]), 8)
    make_case("pooling-lstm-bidirectional", pooled([layer("rnn-tanh", 4), layer("lstm", 3, **both)]), 9)


if __name__ == "__main__":
    main()
