"""A test: 2 recurrent layers, 7 units on top.

Reads numbers (T, B, 4), where T are the time steps and B the sequences of a batch, and gives (B, 5).
The weights are in residual-bidirectional-lstm-last-step.pt beside this file. Written by Unroll.

    pip install torch
    python residual-bidirectional-lstm-last-step.py
"""

import re
from pathlib import Path

import torch
from torch import nn


class Stack(nn.Module):
    """Recurrent layers on top of each other; where residual, a layer's input is added to what it hands on."""

    def __init__(self, layers, residual):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.residual = residual

    def forward(self, x, states=None):
        """x (T,B,I) and the states to begin with, of each layer → (T,B,O) and the states after the last step."""
        ends = []
        for number, layer in enumerate(self.layers):
            h, end = layer(x, states[number] if states else None)
            x = h + x if self.residual[number] else h
            ends.append(end)
        return x, ends


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = Stack(
            [
                nn.LSTM(4, 7, bidirectional=True),
                nn.LSTM(14, 7, bidirectional=True),
            ],
            residual=[False, True],
        )
        self.output = nn.Linear(14, 5)

    def forward(self, x):
        h, _ = self.rnn(x)
        h = torch.cat([h[-1, :, :7], h[0, :, 7:]], dim=-1)  # each direction at its own last step
        return self.output(h)


def load(path=Path(__file__).with_name("residual-bidirectional-lstm-last-step.pt")):
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
    x = torch.zeros(5, 1, 4, dtype=next(model.parameters()).dtype)  # five steps of one sequence
    with torch.no_grad():
        print(model(x))
