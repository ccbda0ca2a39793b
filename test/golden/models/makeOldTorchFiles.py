"""Files that an old PyTorch writes, and what it computes, for the tests of the readers.

    python3 test/golden/models/makeOldTorchFiles.py FOLDER      (torch 1.13, as Debian 12 has it: apt install python3-torch)

FOLDER is test/golden/models/torch-1.13. Beside the models lies NAME.npz with `input` and `output`, time first.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

FOLDER = Path(sys.argv[1])
FOLDER.mkdir(exist_ok=True)
T, B, I, H, O = 5, 2, 4, 3, 6


class Network(nn.Module):
    def __init__(self, cell, bidirectional=False, batch_first=False, norm=False, layers=1):
        super().__init__()
        self.rnn = getattr(nn, cell)(I, H, layers, bidirectional=bidirectional, batch_first=batch_first)
        self.norm = nn.LayerNorm(H * (1 + bidirectional)) if norm else None
        self.fc = nn.Linear(H * (1 + bidirectional), O)
        for parameter in self.norm.parameters() if norm else ():
            nn.init.normal_(parameter)
        self.batch_first = batch_first

    def forward(self, x):
        y = self.rnn(x)[0]
        return self.fc(y if self.norm is None else self.norm(y))


def make(name, seed, how, **options):
    torch.manual_seed(seed)
    network = Network(**options).eval()
    x = torch.randn(T, B, I)
    fed = x.transpose(0, 1) if network.batch_first else x
    y = network(fed).detach()
    np.savez(FOLDER / f"{name}.npz", input=x.numpy(), output=(y.transpose(0, 1) if network.batch_first else y).numpy())
    how(network, fed, FOLDER / name)


def state_dict(network, _, path):
    torch.save(network.state_dict(), f"{path}.pt")
    torch.save({"epoch": 3, "model": network.state_dict()}, f"{path}-legacy.pt", _use_new_zipfile_serialization=False)


def module(network, _, path):
    torch.save(network, f"{path}.pt")


def onnx(network, x, path):
    torch.onnx.export(network, (x,), f"{path}.onnx", input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "first", 1: "second"}})


make("lstm", 1, state_dict, cell="LSTM", layers=2, bidirectional=True)
make("gru-module", 2, module, cell="GRU", batch_first=True)
make("exported-lstm", 3, onnx, cell="LSTM", layers=2, bidirectional=True, batch_first=True)
make("exported-gru", 4, onnx, cell="GRU")
make("exported-norm", 5, onnx, cell="GRU", norm=True)
