"""A test: 2 recurrent layers, 3 units on top.

Reads token numbers (T, B), where T are the time steps and B the sequences of a batch, and gives (B, 6).
The weights are in pooling-lstm-bidirectional.pt beside this file. Written by Unroll.

    pip install torch
    python pooling-lstm-bidirectional.py
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


class Attention(nn.Module):
    """A learnt vector looks at all steps (Yang et al. 2016; Raffel & Ellis 2015)."""

    def __init__(self):
        super().__init__()
        self.key = nn.Linear(6, 4)
        self.score = nn.ParameterDict({"weight": nn.Parameter(torch.zeros(4))})

    def forward(self, memory):
        """memory (T,B,K) → the context (B,K), and how much of each step is in it (T,B)."""
        scores = torch.tanh(self.key(memory)) @ self.score["weight"]
        weights = scores.softmax(dim=0)
        return (weights[..., None] * memory).sum(dim=0), weights


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 3)
        self.rnn = Stack(
            [
                nn.RNN(3, 4),
                nn.LSTM(4, 3, bidirectional=True),
            ],
        )
        self.attention = Attention()
        self.output = nn.Linear(6, 6)

    def forward(self, x):
        x = self.embedding(x)
        h, _ = self.rnn(x)
        h, _ = self.attention(h)
        return self.output(h)


def load(path=Path(__file__).with_name("pooling-lstm-bidirectional.pt")):
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
