"""A test: 1 recurrent layer, 7 units on top.

Reads token numbers (T, B), where T are the time steps and B the sequences of a batch, and gives (T, B, 5).
The weights are in gru-before-1-cross-entropy-each-step-embedding.pt beside this file. Written by Unroll.

    pip install torch
    python gru-before-1-cross-entropy-each-step-embedding.py
"""

import re
from pathlib import Path

import torch
from torch import nn


class ResetBeforeGRU(nn.Module):
    """The GRU of Cho et al. 2014. Its reset gate acts before the recurrent product; torch.nn.GRU's acts after it."""

    def __init__(self, input_size, hidden_size, bidirectional=False):
        super().__init__()
        shapes = {
            "weight_ih": (3 * hidden_size, input_size),
            "weight_hh": (3 * hidden_size, hidden_size),
            "bias_ih": (3 * hidden_size,),
            "bias_hh": (3 * hidden_size,),
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

    def step(self, p, x, h):
        """One time step, by the parameters p of one direction: x (B,I), h (B,H)."""
        gates, candidate = slice(2 * self.hidden_size), slice(2 * self.hidden_size, None)
        sums = self.product(p, "ih", x, gates) + self.product(p, "hh", h, gates)
        r, z = torch.sigmoid(sums).chunk(2, dim=-1)
        n = torch.tanh(self.product(p, "ih", x, candidate) + self.product(p, "hh", r * h, candidate))
        return (1 - z) * n + z * h

    def forward(self, x, state=None):
        """x (T,B,I) → h of all steps (T,B,D·H), and the last h of each direction, as torch.nn.GRU."""
        batch = x.shape[1]
        outputs, ends = [], []
        for d, suffix in enumerate(self.suffixes):
            p = {name: getattr(self, name + suffix) for name in self.names}
            if state is None:
                h = x.new_zeros(batch, self.hidden_size)
            else:
                h = state[d]
            steps = []
            for x_t in x if d == 0 else x.flip(0):
                h = self.step(p, x_t, h)
                steps.append(h)
            out = torch.stack(steps)
            outputs.append(out if d == 0 else out.flip(0))
            ends.append(h)
        return torch.cat(outputs, dim=-1), torch.stack(ends)


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
        self.embedding = nn.Embedding(8, 4)
        self.rnn = Stack(
            [
                ResetBeforeGRU(4, 7),
            ],
        )
        self.output = nn.Linear(7, 5)

    def forward(self, x):
        x = self.embedding(x)
        h, _ = self.rnn(x)
        return self.output(h)


def load(path=Path(__file__).with_name("gru-before-1-cross-entropy-each-step-embedding.pt")):
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
    x = torch.zeros(5, 1, dtype=torch.long)  # five steps of one sequence
    with torch.no_grad():
        print(model(x))
