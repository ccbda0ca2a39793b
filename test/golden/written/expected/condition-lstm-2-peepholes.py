"""A test: 2 recurrent layers, 4 units on top.

Reads numbers (T, B, 3), where T are the time steps and B the sequences of a batch, and gives (T, B, 2).
The weights are in condition-lstm-2-peepholes.pt beside this file. Written by Unroll.

    pip install torch
    python condition-lstm-2-peepholes.py
"""

import re
from pathlib import Path

import torch
from torch import nn


class PeepholeLSTM(nn.Module):
    """An LSTM with peepholes (Gers et al. 2002)."""

    def __init__(self, input_size, hidden_size, bidirectional=False):
        super().__init__()
        shapes = {
            "weight_ih": (4 * hidden_size, input_size),
            "weight_hh": (4 * hidden_size, hidden_size),
            "bias_ih": (4 * hidden_size,),
            "bias_hh": (4 * hidden_size,),
            "peephole": (3, hidden_size),
        }
        self.hidden_size = hidden_size
        self.names = list(shapes)
        self.suffixes = ["_l0", "_l0_reverse"] if bidirectional else ["_l0"]
        for suffix in self.suffixes:
            for name, shape in shapes.items():
                self.register_parameter(name + suffix, nn.Parameter(torch.zeros(shape)))

    def product(self, p, side, x, rows=slice(None)):
        """Some rows of W x + b."""
        return nn.functional.linear(x, p["weight_" + side][rows], p["bias_" + side][rows])

    def step(self, p, x, h, c):
        """One time step, by the parameters p of one direction: x (B,I), h, c (B,H)."""
        sums = self.product(p, "ih", x) + self.product(p, "hh", h)
        i, f, g, o = sums.chunk(4, dim=-1)
        i = torch.sigmoid(i + p["peephole"][0] * c)
        f = torch.sigmoid(f + p["peephole"][1] * c)
        c = f * c + i * torch.tanh(g)
        o = torch.sigmoid(o + p["peephole"][2] * c)
        h = o * torch.tanh(c)
        return h, c

    def forward(self, x, state=None):
        """x (T,B,I) → h of all steps (T,B,D·H), and the last h and c of each direction, as torch.nn.LSTM."""
        batch = x.shape[1]
        outputs, ends = [], []
        for d, suffix in enumerate(self.suffixes):
            p = {name: getattr(self, name + suffix) for name in self.names}
            if state is None:
                h = x.new_zeros(batch, self.hidden_size)
                c = x.new_zeros(batch, self.hidden_size)
            else:
                h, c = state[0][d], state[1][d]
            steps = []
            for x_t in x if d == 0 else x.flip(0):
                h, c = self.step(p, x_t, h, c)
                steps.append(h)
            out = torch.stack(steps)
            outputs.append(out if d == 0 else out.flip(0))
            ends.append((h, c))
        return torch.cat(outputs, dim=-1), tuple(torch.stack(parts) for parts in zip(*ends))


class Stack(nn.Module):
    """Recurrent layers on top of each other."""

    def __init__(self, layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x, states=None):
        """x (T,B,I) and the states to begin with, of each layer → (T,B,O) and the states after the last step."""
        ends = []
        for number, layer in enumerate(self.layers):
            h, end = layer(x, states[number] if states else None)
            x = h
            ends.append(end)
        return x, ends


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = Stack(
            [
                nn.LSTM(3, 5),
                PeepholeLSTM(5, 4, bidirectional=True),
            ],
        )
        self.condition = nn.ModuleDict(
            {
                "l0": nn.Linear(3, 10),
                "l1": nn.Linear(3, 8),
                "l1_reverse": nn.Linear(3, 8),
            }
        )
        self.output = nn.Linear(8, 2)

    def forward(self, x):
        states = self.first_states(x[0])
        h, _ = self.rnn(torch.zeros_like(x), states)  # nothing but the vector of step 0 is read
        return self.output(h)

    def first_states(self, vector):
        """vector (B,I) → the states that each layer begins with, by a learnt linear map."""
        return [
            tuple(torch.stack([self.condition[name](vector) for name in ["l0"]]).split([5, 5], dim=-1)),
            tuple(torch.stack([self.condition[name](vector) for name in ["l1", "l1_reverse"]]).split([4, 4], dim=-1)),
        ]


def load(path=Path(__file__).with_name("condition-lstm-2-peepholes.pt")):
    model = Model().double()
    state = torch.load(path, weights_only=True)
    # The state dict counts layers as one torch.nn module does; here each layer is a module of its own.
    state = {
        re.sub(r"^((?:decoder\.)?rnn)\.(\w+)_l(\d+)", r"\1.layers.\3.\2_l0", name): tensor
        for name, tensor in state.items()
    }
    # Biases that the file does not have are zero.
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected, unexpected
    for name in missing:
        assert "bias" in name, name
        model.get_parameter(name).data.zero_()
    return model.eval()


if __name__ == "__main__":
    model = load()
    x = torch.zeros(5, 1, 3, dtype=next(model.parameters()).dtype)  # five steps of one sequence
    with torch.no_grad():
        print(model(x))
