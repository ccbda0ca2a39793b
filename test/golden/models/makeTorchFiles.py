"""Files that torch.save writes, for the tests of the PyTorch reader.

    python3 test/golden/models/makeTorchFiles.py      (torch >= 2, safetensors; writes torch/*)

Beside each NAME.pt lies NAME.safetensors with the tensors that a reader must find, under the names that it must give.
"""

import os
import pickle
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(7)
FOLDER = Path(__file__).parent / "torch"
FOLDER.mkdir(exist_ok=True)


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 4)
        self.rnn = nn.LSTM(4, 3, bidirectional=True)
        self.head = nn.Linear(6, 5)
        self.register_buffer("steps", torch.tensor([3, 4]))

    def forward(self, x):
        return self.head(self.rnn(self.embedding(x))[0])


def save(name, value, tensors, **options):
    torch.save(value, FOLDER / f"{name}.pt", **options)
    save_file({key: tensor.detach().clone().contiguous() for key, tensor in tensors.items()}, FOLDER / f"{name}.safetensors")


model = Tagger()
state = model.state_dict()
save("state-dict", state, state)
save("state-dict-legacy", state, state, _use_new_zipfile_serialization=False)
for protocol in (3, 4, 5):
    save(f"state-dict-protocol-{protocol}", state, state, pickle_protocol=protocol)
half = {key: value.half() if value.is_floating_point() else value for key, value in state.items()}
save("half", half, half)
brain = {key: value.bfloat16() if value.is_floating_point() else value for key, value in state.items()}
save("bfloat16", brain, brain, _use_new_zipfile_serialization=False)
double = {f"module.{key}": value.double() if value.is_floating_point() else value for key, value in state.items()}
save("data-parallel", OrderedDict(double), double)

optimizer = torch.optim.Adam(model.parameters())
model(torch.randint(7, (5, 2))).sum().backward()
optimizer.step()
state = {key: value.clone() for key, value in model.state_dict().items()}
checkpoint = {
    "epoch": 12,
    "arch": "tagger",
    "model_state_dict": state,
    "optimizer_state_dict": optimizer.state_dict(),
    "losses": [1.5, 1.25],
}
others = {
    f"optimizer_state_dict.state.{number}.{key}": value
    for number, entry in optimizer.state_dict()["state"].items()
    for key, value in entry.items()
}
save("checkpoint", checkpoint, {**state, **others})
save("module", model, dict(model.state_dict()))
plain = nn.RNN(4, 3, nonlinearity="relu")
save("module-legacy", {"net": plain}, dict(plain.state_dict()), _use_new_zipfile_serialization=False)

# One storage, looked at in several ways: transposed, from the middle, every second row, expanded.
storage = torch.arange(96.0)
views = {
    "weight_ih_l0": storage[:48].view(4, 12).T,
    "weight_hh_l0": storage[60:96].view(12, 3),
    "bias_ih_l0": storage[::4][:12],
    "bias_hh_l0": torch.ones(1).expand(12),
    "scalar": torch.tensor(2.5),
    "none": torch.zeros(0, 3),
}
save("views", views, views)
save("views-legacy", views, views, _use_new_zipfile_serialization=False)

# What is refused.
torch.jit.script(nn.LSTM(2, 2)).save(str(FOLDER / "script.pt"))
quantized = torch.ao.quantization.quantize_dynamic(Tagger(), {nn.LSTM, nn.Linear}, dtype=torch.qint8)
torch.save(quantized.state_dict(), FOLDER / "quantized.pt")


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/unroll-was-here",)


torch.save({"weight_ih_l0": torch.ones(4, 1), "weight_hh_l0": torch.ones(4, 1), "evil": Evil()}, FOLDER / "evil.pt")
(FOLDER / "plain.pkl").write_bytes(pickle.dumps({"weight_ih_l0": [1.0]}))
