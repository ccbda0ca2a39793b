"""torch.nn.CTCLoss's numbers for the golden tests, in double precision.

    python3 test/golden/makeCtc.py        (torch >= 2; writes test/golden/fixtures/ctc.json)

Losses and gradients over logits alone, and through a network: an LSTM in both directions with a linear layer on top.
"""

import json
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
FILE = Path(__file__).parent / "fixtures" / "ctc.json"

# steps, classes, blank, and for each sequence its length and its labels
CASES = {
    "one label": (4, 3, 0, [(4, [1])]),
    "no label": (5, 4, 0, [(5, [])]),
    "repeated labels that just fit": (7, 4, 0, [(7, [2, 2, 3, 3, 3][:4]), (5, [1, 1, 1])]),
    "sequences of different lengths": (9, 6, 0, [(9, [1, 2, 5, 5]), (4, [3]), (6, [4, 2, 4, 2]), (3, [1, 2, 3])]),
    "another blank": (8, 5, 3, [(8, [0, 4, 4]), (6, [2, 1, 0])]),
    "a single step": (1, 3, 0, [(1, [2]), (1, [])]),
    "labels that no alignment fits beside some that do": (6, 4, 0, [(3, [1, 1, 2]), (6, [2, 2, 3]), (2, [3, 1, 2])]),
    "a long one": (120, 12, 0, [(120, [1 + (7 * k) % 11 for k in range(30)]), (90, [5] * 20)]),
}


def flat(tensor):
    return tensor.detach().reshape(-1).tolist()


def finite(number):
    """JSON has no infinity."""
    return None if number == float("inf") else number


def loss_of(logits, blank, sequences, zero_infinity=False):
    lengths = torch.tensor([length for length, _ in sequences])
    labels = torch.tensor([label for _, row in sequences for label in row], dtype=torch.long)
    counts = torch.tensor([len(row) for _, row in sequences])
    p = logits.log_softmax(2)
    each = nn.CTCLoss(blank, "none")(p, labels, lengths, counts)
    return nn.CTCLoss(blank, zero_infinity=zero_infinity)(p, labels, lengths, counts), each / counts.clamp(min=1)


def over_logits(seed, steps, classes, blank, sequences):
    generator = torch.Generator().manual_seed(seed)
    logits = (2 * torch.randn(steps, len(sequences), classes, generator=generator)).requires_grad_()
    loss, each = loss_of(logits, blank, sequences)
    # What cannot be aligned has no gradient.
    loss_of(logits, blank, sequences, zero_infinity=True)[0].backward()
    return {"steps": steps, "classes": classes, "blank": blank, "sequences": sequences, "logits": flat(logits),
            "loss": finite(loss.item()), "losses": [finite(one) for one in flat(each)], "gradient": flat(logits.grad)}


def through_a_network():
    steps, classes, blank = 10, 5, 0
    sequences = [(10, [1, 4, 4, 2]), (6, [3, 1]), (8, [2, 3, 2])]
    torch.manual_seed(7)
    lstm, linear = nn.LSTM(3, 4, bidirectional=True), nn.Linear(8, classes)
    x = torch.randn(steps, len(sequences), 3).requires_grad_()
    first = [torch.randn(2, len(sequences), 4).requires_grad_() for _ in "hc"]
    packed = pack_padded_sequence(x, [length for length, _ in sequences], enforce_sorted=False)
    h, _ = pad_packed_sequence(lstm(packed, tuple(first))[0])
    loss, _ = loss_of(linear(h), blank, sequences)
    loss.backward()
    named = [(name, p) for name, p in lstm.named_parameters()]
    named += [(f"output.{name}", p) for name, p in linear.named_parameters()]
    states = [
        (f"layers.0.{direction}.{name}0", state[d], state.grad[d])
        for name, state in zip("hc", first)
        for d, direction in enumerate(("forward", "reverse"))
    ]
    return {"steps": steps, "classes": classes, "blank": blank, "sequences": sequences, "input": flat(x),
            "inputSize": 3, "hidden": 4, "loss": loss.item(), "parameters": {name: flat(p) for name, p in named},
            "gradients": {name: flat(p.grad) for name, p in named},
            "states": {name: flat(value) for name, value, _ in states},
            "inputGradients": {"input": flat(x.grad), **{name: flat(gradient) for name, _, gradient in states}}}


cases = {name: over_logits(seed, *case) for seed, (name, case) in enumerate(CASES.items())}
FILE.write_text(json.dumps({"torch": torch.__version__, "cases": cases, "network": through_a_network()}) + "\n")
print(f"{FILE.name}: {FILE.stat().st_size} bytes")
