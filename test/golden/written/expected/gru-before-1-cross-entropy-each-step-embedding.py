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
    """The GRU of Cho et al. 2014, whose reset gate acts before the recurrent product; torch.nn.GRU's acts after it."""

    def __init__(self, input_size, hidden_size, bidirectional=False):
        super().__init__()
        self.hidden_size = hidden_size
        self.suffixes = ["_l0", "_l0_reverse"] if bidirectional else ["_l0"]
        for suffix in self.suffixes:
            self.register_parameter("weight_ih" + suffix, nn.Parameter(torch.zeros(3 * hidden_size, input_size)))
            self.register_parameter("weight_hh" + suffix, nn.Parameter(torch.zeros(3 * hidden_size, hidden_size)))
            self.register_parameter("bias_ih" + suffix, nn.Parameter(torch.zeros(3 * hidden_size)))
            self.register_parameter("bias_hh" + suffix, nn.Parameter(torch.zeros(3 * hidden_size)))

    def direction(self, x, suffix):
        w_ih, w_hh = getattr(self, "weight_ih" + suffix), getattr(self, "weight_hh" + suffix)
        bias = getattr(self, "bias_ih" + suffix) + getattr(self, "bias_hh" + suffix)
        size = self.hidden_size
        h = x.new_zeros(x.shape[1], size)
        steps = []
        for x_t in x:
            from_input = x_t @ w_ih.T + bias
            r, z = torch.sigmoid(from_input[:, : 2 * size] + h @ w_hh[: 2 * size].T).chunk(2, dim=1)
            n = torch.tanh(from_input[:, 2 * size :] + (r * h) @ w_hh[2 * size :].T)
            h = (1 - z) * n + z * h
            steps.append(h)
        return torch.stack(steps)

    def forward(self, x):
        states = [self.direction(x, "_l0")]
        if len(self.suffixes) == 2:
            states.append(self.direction(x.flip(0), "_l0_reverse").flip(0))
        return torch.cat(states, dim=-1), None


class Stack(nn.Module):
    """Recurrent layers on top of each other."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(
            [
                ResetBeforeGRU(4, 7),
            ]
        )

    def forward(self, x):
        for layer in self.layers:
            x, _ = layer(x)
        return x, None


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 4)
        self.rnn = Stack()
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
        re.sub(r"^rnn\.(\w+)_l(\d+)", r"rnn.layers.\2.\1_l0", name): tensor
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
