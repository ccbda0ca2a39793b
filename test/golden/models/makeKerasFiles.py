"""Keras models, and what Keras computes with them, for the golden tests of the Keras reader.

    KERAS_BACKEND=torch python3 test/golden/models/makeKerasFiles.py      (keras 3, torch, h5py, safetensors; writes keras/*)

Beside each NAME.keras, NAME.h5 or NAME.weights.h5 lies NAME.safetensors with `input`, as the model reads it (B,T,·), and
`output`: logits, before the activation of the last layer, with time first where there is a time.
"""

import json
import os

os.environ.setdefault("KERAS_BACKEND", "torch")

from pathlib import Path

import h5py
import keras
import numpy as np
from keras import layers
from safetensors.numpy import save_file

FOLDER = Path(__file__).parent / "keras"
FOLDER.mkdir(exist_ok=True)
T, B, I, H, O, V = 5, 2, 4, 3, 6, 7
random = np.random.default_rng(11)


def make(name, stack, files, tokens=False, mask_from=None):
    keras.utils.set_random_seed(sum(map(ord, name)))
    model = keras.Sequential([keras.Input((T,), dtype="int32") if tokens else keras.Input((T, I)), *stack])
    # Biases begin at zero, and gates in a wrong order would not be seen there.
    for weight in model.weights:
        weight.assign(0.7 * random.standard_normal(weight.shape))
    x = random.integers(1, V, (B, T)).astype("int32") if tokens else random.standard_normal((B, T, I)).astype("float32")
    if mask_from is not None:
        x[0, mask_from:] = 0
    y = np.asarray(model(x).detach())
    last = model.layers[-1]
    activation = getattr(getattr(last, "layer", last), "activation", None)
    if isinstance(last, (layers.Dense, layers.TimeDistributed)) and activation is not keras.activations.linear:
        y = np.log(y)  # softmax: logits up to a constant of each row, which the test takes out
    tensors = {"input": x, "output": y.swapaxes(0, 1) if y.ndim == 3 else y}
    save_file({key: np.ascontiguousarray(value) for key, value in tensors.items()}, FOLDER / f"{name}.safetensors")
    for file in files:
        if file == ".weights.h5":
            model.save_weights(FOLDER / f"{name}.weights.h5")
        else:
            model.save(FOLDER / f"{name}{file}")
    return model


both = (".keras", ".h5", ".weights.h5")
make("lstm-dense", [layers.LSTM(H, return_sequences=True), layers.Dense(O)], both)
make("gru-reset-after", [layers.GRU(H, return_sequences=True), layers.TimeDistributed(layers.Dense(O, activation="softmax"))], both)
make("gru-reset-before", [layers.GRU(H, reset_after=False), layers.Dense(O, activation="softmax")], both)
make("rnn-relu", [layers.SimpleRNN(H, activation="relu", use_bias=False, return_sequences=True)], (".keras", ".h5"))
make(
    "bidirectional-embedding",
    [
        layers.Embedding(V, I),
        layers.Bidirectional(layers.LSTM(H, return_sequences=True)),
        layers.Dropout(0.5),
        layers.Bidirectional(layers.GRU(2)),
        layers.Dense(O),
    ],
    both,
    tokens=True,
)
make("masked", [layers.Masking(0.0), layers.LSTM(H), layers.Dense(O)], (".keras",), mask_from=3)
make("embedding-mask-zero", [layers.Embedding(V, I, mask_zero=True), layers.GRU(H), layers.Dense(O)], (".h5",), tokens=True, mask_from=3)
make("backwards", [layers.LSTM(H, go_backwards=True), layers.Dense(O)], (".keras",))
make("hard", [layers.LSTM(H, recurrent_activation="hard_sigmoid", return_sequences=True)], (".keras",))
make("functions", [layers.GRU(H, activation="softsign", recurrent_activation="hard_sigmoid", reset_after=False, return_sequences=True),
                   layers.SimpleRNN(2, activation="elu"), layers.Dense(O)], (".keras", ".h5"))
sum_up = lambda mode, cell: layers.Bidirectional(cell, merge_mode=mode)
make("merged", [sum_up("sum", layers.LSTM(H, return_sequences=True)), sum_up("ave", layers.GRU(2, return_sequences=True)), layers.Dense(O)], both[:2])
make("merged-top", [sum_up("mul", layers.LSTM(H, return_sequences=True))], (".keras",))
make("normed", [layers.LayerNormalization(), layers.LSTM(H, return_sequences=True), layers.LayerNormalization(epsilon=0.01, center=False), layers.Dense(O)], both[:2])
make("normed-both", [layers.Embedding(V, I), layers.LayerNormalization(), layers.Bidirectional(layers.GRU(H)), layers.LayerNormalization(), layers.Dense(O)],
     both, tokens=True)
make("normed-turned", [layers.LSTM(H, go_backwards=True, return_sequences=True), layers.Bidirectional(layers.GRU(2)),
                       layers.LayerNormalization(), layers.Dense(O)], (".keras",))
# Layers over one that hands its states on last step first.
make("turned", [layers.LSTM(H, go_backwards=True, return_sequences=True), layers.Bidirectional(layers.GRU(2, return_sequences=True)),
                layers.SimpleRNN(H, return_sequences=True), layers.LSTM(2, go_backwards=True, return_sequences=True), layers.GRU(3), layers.Dense(O)], (".keras",))
make("turned-each", [layers.LSTM(H, go_backwards=True, return_sequences=True), layers.Bidirectional(layers.GRU(2, return_sequences=True)), layers.Dense(O)], (".keras",))
make("many-layers", [layers.SimpleRNN(2, return_sequences=True) for _ in range(12)], (".weights.h5",))
make("no-recurrence", [layers.Dense(O)], (".h5",))

# A graph of layers rather than a stack, with a bottleneck after the recurrent layer.
a = keras.Input((T, I), name="first")
h = layers.LSTM(H, return_sequences=True, name="reader")(a)
m = keras.Model(a, layers.Dense(2, name="out")(layers.LayerNormalization(name="norm")(h)))
m.save(FOLDER / "functional.keras")

# HDF5 as its library can also write it: chunked and compressed, new-style groups, half precision.
with h5py.File(FOLDER / "lstm-dense.h5") as old:
    def rewrite(name, **options):
        with h5py.File(FOLDER / name, "w", **options) as new:
            for key, value in old.attrs.items():
                new.attrs[key] = value
            def copy(path, item):
                if isinstance(item, h5py.Group):
                    target = new.require_group(path)
                else:
                    target = new.create_dataset(path, data=item[()], chunks=tuple(max(1, n // 2) for n in item.shape), compression="gzip", shuffle=True, fletcher32=options.get("libver") is None)
                for key, value in item.attrs.items():
                    target.attrs[key] = value
            old.visititems(copy)
    rewrite("chunked.h5")
    rewrite("latest.h5", libver="latest")

# As Keras 2 laid it out: weights by name, each name with ":0" behind it, and a config without modules.
with h5py.File(FOLDER / "lstm-dense.h5") as new, h5py.File(FOLDER / "keras-2.h5", "w") as old:
    config = json.loads(new.attrs["model_config"])
    stack = [layer for layer in config["config"]["layers"] if layer["class_name"] != "InputLayer"]
    plain = [{"class_name": layer["class_name"], "config": {k: v for k, v in layer["config"].items() if k != "dtype"}} for layer in stack]
    old.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"name": "sequential", "layers": plain}}).encode()
    old.attrs["keras_version"] = b"2.11.0"
    group = old.create_group("model_weights")
    group.attrs["layer_names"] = [layer["config"]["name"].encode() for layer in plain]
    def copy(path, item):
        if isinstance(item, h5py.Dataset):
            layer, last = path.split("/")[1], path.split("/")[-1]
            inner = f"{layer}/lstm_cell" if layer == "lstm" else layer
            group.create_dataset(f"{layer}/{inner}/{last}:0", data=item[()])
    new.visititems(copy)
