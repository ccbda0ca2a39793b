"""Trains workloads with PyTorch on one thread, for comparison. Reads one JSON request per line:
{"cell": "lstm", "hidden": 128, "batch": 32, "steps": 64, "inputs": 64, "updates": 3}
and answers with the milliseconds per training step. The first line it prints names the version."""

import json
import sys
import time

import torch

torch.set_num_threads(1)
torch.manual_seed(1)
print(json.dumps({"version": torch.__version__}), flush=True)

CELLS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}
trainers = {}


def trainer(cell, hidden, batch, steps, inputs):
    recurrent = CELLS[cell](inputs, hidden)
    head = torch.nn.Linear(hidden, inputs)
    optimizer = torch.optim.Adam([*recurrent.parameters(), *head.parameters()], lr=0.001)
    loss_of = torch.nn.CrossEntropyLoss()
    x = torch.randn(steps, batch, inputs)
    target = torch.randint(inputs, (steps * batch,))

    def step():
        optimizer.zero_grad()
        output, _ = recurrent(x)
        loss_of(head(output).reshape(-1, inputs), target).backward()
        optimizer.step()

    return step


for line in sys.stdin:
    request = json.loads(line)
    updates = request.pop("updates")
    key = json.dumps(request, sort_keys=True)
    if key not in trainers:
        trainers.clear()
        trainers[key] = trainer(**request)
        for _ in range(2):
            trainers[key]()
    start = time.perf_counter()
    for _ in range(updates):
        trainers[key]()
    print(json.dumps({"stepMs": (time.perf_counter() - start) * 1000 / updates}), flush=True)
