"""A test: an encoder of 2 and a decoder of 2 recurrent layers, 5 units on top.

Reads token numbers (S, B), the sources of a batch, all of S steps, and writes token numbers: see Model.translate.
The weights are in bahdanau-lstm-2-residual.pt beside this file. Written by Unroll.

    pip install torch
    python bahdanau-lstm-2-residual.py
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


class Attention(nn.Module):
    """Additive attention (Bahdanau et al. 2015): the state before a step looks at the source."""

    def __init__(self):
        super().__init__()
        self.query = nn.Linear(5, 4, bias=False)
        self.key = nn.Linear(6, 4, bias=False)
        self.score = nn.ParameterDict({"weight": nn.Parameter(torch.zeros(4))})

    def forward(self, query, memory):
        """query (B,H), memory (S,B,K) → the context (B,K), and how much of each step is in it (S,B)."""
        scores = torch.tanh(self.query(query) + self.key(memory)) @ self.score["weight"]
        weights = scores.softmax(dim=0)
        return (weights[..., None] * memory).sum(dim=0), weights


def side_by_side(state):
    """(D,B,H) of all directions → (1,B,D·H)."""
    return torch.cat(list(state), dim=-1)[None]


class Decoder(nn.Module):
    """What the half that writes has for itself."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(6, 2)
        self.rnn = Stack(
            [
                nn.LSTM(8, 5),
                nn.LSTM(5, 5),
            ],
            residual=[False, True],
        )


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 3)
        self.rnn = Stack(
            [
                nn.LSTM(3, 3, bidirectional=True),
                nn.LSTM(6, 3, bidirectional=True),
            ],
            residual=[False, True],
        )
        self.decoder = Decoder()
        self.bridge = nn.ModuleDict(
            {
                "l0": nn.Linear(6, 5),
                "l1": nn.Linear(6, 5),
            }
        )
        self.attention = Attention()
        self.output = nn.Linear(5, 6)

    def encode(self, source):
        """source (S,B) → what the encoder hands on at each step (S,B,K), and the states that the decoder begins with."""
        x = self.embedding(source)
        memory, ends = self.rnn(x)
        summary = side_by_side(ends[-1][0])[0]
        batch = memory.shape[1]
        states = [
            (torch.tanh(self.bridge["l0"](summary))[None], memory.new_zeros(1, batch, 5)),
            (torch.tanh(self.bridge["l1"](summary))[None], memory.new_zeros(1, batch, 5)),
        ]
        return memory, states

    def step(self, token, states, memory):
        """One step of the decoder: the token before it (B) → logits of the next one (B,V), and the states after it."""
        x = self.decoder.embedding(token)
        context, _ = self.attention(states[-1][0][0], memory)
        x = torch.cat([x, context], dim=-1)
        h, states = self.decoder.rnn(x[None], states)
        h = h[0]
        return self.output(h), states

    def forward(self, source, read):
        """Teacher forcing: `read` (T,B) is what the decoder reads, token 0 first and then the target. Gives logits (T,B,V)."""
        memory, states = self.encode(source)
        outputs = []
        for token in read:
            logits, states = self.step(token, states, memory)
            outputs.append(logits)
        return torch.stack(outputs)

    @torch.no_grad()
    def translate(self, source, most=100):
        """What it writes for each source of (S,B): the likeliest token at every step, until token 0 ends it."""
        memory, states = self.encode(source)
        token = torch.zeros(source.shape[1], dtype=torch.long, device=source.device)
        written = []
        for _ in range(most):
            logits, states = self.step(token, states, memory)
            token = logits.argmax(dim=-1)
            written.append(token)
        rows = torch.stack(written).T.tolist()
        return [row[: row.index(0)] if 0 in row else row for row in rows]


def load(path=Path(__file__).with_name("bahdanau-lstm-2-residual.pt")):
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
        print(model.translate(x))
