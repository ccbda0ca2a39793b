"""Do the real libraries take what Unroll writes, and compute the same outputs?

    node test/golden/written/writeEvery.ts /tmp/written
    python test/golden/written/checkWritten.py /tmp/written > test/golden/written/CHECKED.md

Needs torch, onnx, onnxruntime and numpy. Prints a table; the exit code says whether all is well.
"""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

# Python runs in 64 bits, as our engine did; ONNX files hold 32-bit floats.
TOLERANCES = (1e-9, 1e-6)
folder = Path(sys.argv[1])


def safetensors(path):
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    types = {"F64": np.float64, "F32": np.float32, "I32": np.int32, "I64": np.int64}
    return {
        name: np.frombuffer(raw[8 + size + entry["data_offsets"][0] : 8 + size + entry["data_offsets"][1]], types[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__"
    }


def metadata(path):
    raw = path.read_bytes()
    return json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")]).get("__metadata__", {})


def by_python(name, x, read):
    spec = importlib.util.spec_from_file_location("written", folder / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.load()
    given = [torch.from_numpy(each) for each in (x, read) if each is not None]
    with torch.no_grad():
        output = model(*given).numpy()
    if read is not None:
        wanted = json.loads(metadata(folder / f"{name}.expected")["written"])
        found = model.translate(given[0])
        assert found == wanted, f"{name} writes {found} instead of {wanted}"
    return output


def by_onnx(name, x, read):
    onnx.checker.check_model(onnx.load(folder / f"{name}.onnx"), full_check=True)
    session = onnxruntime.InferenceSession(folder / f"{name}.onnx", providers=["CPUExecutionProvider"])
    return session.run(None, {"input": x if x.dtype == np.int64 else x.astype(np.float32)})[0]


def same_weights(name):
    state = torch.load(folder / f"{name}.pt", weights_only=True)
    stored = safetensors(folder / f"{name}.safetensors")
    return state.keys() == stored.keys() and all(np.array_equal(state[key].numpy(), stored[key]) for key in state)


print("# What the real libraries make of the files that Unroll writes\n")
print(f"torch {torch.__version__}, onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, Python {sys.version.split()[0]}.")
print("Networks in 64 bits, ONNX in 32; the largest difference of any output from our engine's, relative to the largest output where that is above 1. Made by `checkWritten.py`.\n")
print("| network | `torch.load(weights_only=True)` = `.safetensors` | generated `.py` | `.onnx`, checked, in onnxruntime |")
print("|---|---|---|---|")
failed = []
refused = {}
for expected in sorted(folder.glob("*.expected")):
    name = expected.stem
    tensors = {key: tensor.astype(np.int64) if tensor.dtype == np.int32 else tensor.copy() for key, tensor in safetensors(expected).items()}
    wanted = tensors["output"]
    cells = []
    for run, extension, allowed in ((by_python, "py", TOLERANCES[0]), (by_onnx, "onnx", TOLERANCES[1])):
        reason = folder / f"{name}.{extension}.refused"
        if reason.exists():
            refused.setdefault(reason.read_text(), []).append(name)
            cells.append("refused")
            continue
        difference = float(np.abs(run(name, tensors["input"], tensors.get("read")) - wanted).max() / max(1, np.abs(wanted).max()))
        if difference >= allowed:
            failed.append(name)
        cells.append(f"{difference:.1e}{', and writes the same' if 'read' in tensors else ''}")
    same = same_weights(name)
    if not same:
        failed.append(name)
    print(f"| {name} | {'equal' if same else 'DIFFERENT'} | {cells[0]} | {cells[1]} |")
for reason, names in refused.items():
    print(f"\nRefused, {len(names)} times: {reason}")
print(f"\n{'All agree.' if not failed else 'FAILED: ' + ', '.join(failed)}")
sys.exit(bool(failed))
