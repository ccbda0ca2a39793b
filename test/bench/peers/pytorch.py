"""PyTorch's side of peers.ts. Reads one JSON request per line:
{"kind": "train", "cell": "lstm", "hidden": 128, "batch": 32, "steps": 64, "inputs": 64, "threads": 1, "seconds": 0.3}
and answers with the milliseconds of one run. "evaluate" is a forward pass with its loss, "step" one time step of one
sequence without gradients. The first line it prints names the version."""

import json
import sys
import time

import torch

torch.manual_seed(1)
print(json.dumps({"version": torch.__version__}), flush=True)

CELLS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}
prepared = {}


def prepare(kind, cell, hidden, batch, steps, inputs, threads):
    torch.set_num_threads(threads)
    recurrent = CELLS[cell](inputs, hidden)
    head = torch.nn.Linear(hidden, inputs)
    optimizer = torch.optim.Adam([*recurrent.parameters(), *head.parameters()], lr=0.001)
    loss_of = torch.nn.CrossEntropyLoss()
    x = torch.randn(steps, batch, inputs)
    target = torch.randint(inputs, (steps * batch,))

    def loss():
        output, _ = recurrent(x)
        return loss_of(head(output).reshape(-1, inputs), target)

    def train():
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    def evaluate():
        with torch.no_grad():
            return loss().item()

    state = None

    def step():
        nonlocal state
        with torch.no_grad():
            output, state = recurrent(x[:1, :1], state)
            return head(output)

    return {"train": train, "evaluate": evaluate, "step": step}[kind]


for line in sys.stdin:
    request = json.loads(line)
    seconds = request.pop("seconds")
    key = json.dumps(request, sort_keys=True)
    torch.set_num_threads(request["threads"])
    if key not in prepared:
        if len(prepared) > 8:
            prepared.clear()
        prepared[key] = prepare(**request)
        for _ in range(9):
            prepared[key]()
    prepared[key]()
    times = []
    start = then = time.perf_counter()
    while then - start < seconds or len(times) < 3:
        prepared[key]()
        now = time.perf_counter()
        times.append(now - then)
        then = now
    print(json.dumps({"ms": sorted(times)[len(times) // 2] * 1000}), flush=True)
