"""A test: 2 recurrent layers, 2 units on top.

Reads token numbers (T, B), where T are the time steps and B the sequences of a batch, and gives (B, 5).
The weights are in rnn-relu-2-cross-entropy-last-step-one-hot.pt beside this file. Written by Unroll.

    pip install torch
    python rnn-relu-2-cross-entropy-last-step-one-hot.py
"""

import re
from pathlib import Path

import torch
from torch import nn


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
                nn.RNN(8, 7, nonlinearity="relu"),
                nn.RNN(7, 2, nonlinearity="relu"),
            ],
        )
        self.output = nn.Linear(2, 5)

    def forward(self, x):
        x = nn.functional.one_hot(x, 8).to(next(self.parameters()).dtype)
        h, _ = self.rnn(x)
        h = h[-1]
        return self.output(h)


def load(path=Path(__file__).with_name("rnn-relu-2-cross-entropy-last-step-one-hot.pt")):
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
