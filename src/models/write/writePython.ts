/**
 * A network as a Python file that a person reads: a torch.nn.Module, the code that loads its weights from the state dict
 * beside it, and how to run it. It reproduces the outputs of the network.
 */
import { UserError } from "../../config/problem.ts";
import type { LayerDescription } from "../../trace/trace.ts";
import type { ModelNetwork } from "../modelContents.ts";
import { isOneHot, parameterData, requireExpressible, widthOf } from "./networkToWrite.ts";

export interface PythonOptions {
  /** Of the state dict beside the file, for example `model.pt`. */
  readonly weightsFile: string;
  /** Where the network comes from, for the first line. */
  readonly from: string;
}

const torchNames = { rnn: "RNN", lstm: "LSTM", gru: "GRU" } as const;

/** Throws `UserError` for what torch.nn has no module for. */
export function writePython(network: ModelNetwork, options: PythonOptions): string {
  requireExpressible(network, "PyTorch");
  if (network.layers.some(({ directions }) => directions[0] !== "forward")) {
    throw new UserError("model", "torch.nn has no layer that reads a sequence backwards only.", {
      advice: "Save the model as .onnx, which has one.",
    });
  }
  const resetsBefore = network.layers.some(({ reset }) => reset === "before");
  const sections = [
    heading(network, options),
    ...(resetsBefore ? [resetBeforeGru] : []),
    ...(isStackOfOne(network) ? [] : [stackClass(network)]),
    moduleClass(network),
    loading(network, options.weightsFile),
    example(network),
  ];
  return `${sections.join("\n\n\n")}\n`;
}

/** One torch.nn module holds all layers when they are alike. */
function isStackOfOne({ layers }: ModelNetwork): boolean {
  const [first] = layers;
  return layers.every(
    (layer) =>
      layer.cell === first.cell &&
      layer.hidden === first.hidden &&
      layer.directions.length === first.directions.length &&
      layer.directions[0] === "forward" &&
      layer.nonlinearity === first.nonlinearity &&
      layer.reset !== "before" &&
      !layer.residual,
  );
}

const heading = (network: ModelNetwork, { from, weightsFile }: PythonOptions): string => {
  const { layers, input, output } = network;
  const top = layers[layers.length - 1];
  const reads = input.kind === "tokens" ? "token numbers (T, B)" : `numbers (T, B, ${input.size})`;
  const gives = output.at === "last-step" ? `(B, ${output.size})` : `(T, B, ${output.size})`;
  return `"""${docstring(from)}: ${layers.length} recurrent layer${layers.length === 1 ? "" : "s"}, ${top.hidden} units on top.

Reads ${reads}, where T are the time steps and B the sequences of a batch, and gives ${gives}.
The weights are in ${docstring(weightsFile)} beside this file. Written by Unroll.

    pip install torch
    python ${docstring(weightsFile).replace(/\.pt$/, ".py")}
"""

${isStackOfOne(network) ? "" : "import re\n"}from pathlib import Path

import torch
from torch import nn`;
};

/** A name may hold what would end the text. */
const docstring = (text: string): string =>
  text.replaceAll("\\", "/").replaceAll('"', "'").replaceAll(/\s+/g, " ");

const resetBeforeGru = `class ResetBeforeGRU(nn.Module):
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
        return torch.cat(states, dim=-1), None`;

/** `nn.LSTM(12, 64, bidirectional=True)`, for one layer or for several that are alike. */
function constructor(
  { cell, hidden, inputSize, directions, nonlinearity, reset }: LayerDescription,
  layerCount: number,
  bias: boolean,
): string {
  const options = [
    String(inputSize),
    String(hidden),
    ...(layerCount > 1 ? [`num_layers=${layerCount}`] : []),
    ...(cell === "rnn" && nonlinearity === "relu" ? ['nonlinearity="relu"'] : []),
    ...(bias || reset === "before" ? [] : ["bias=False"]),
    ...(directions.length > 1 ? ["bidirectional=True"] : []),
  ];
  const name = reset === "before" ? "ResetBeforeGRU" : `nn.${torchNames[cell]}`;
  return `${name}(${options.join(", ")})`;
}

function hasBias(network: ModelNetwork, layer: number): boolean {
  return network.parameters.some(
    ({ name }) => name.startsWith(`bias_`) && new RegExp(`_l${layer}(_reverse)?$`).test(name),
  );
}

function stackClass(network: ModelNetwork): string {
  const modules = network.layers.map(
    (layer, index) => `                ${constructor(layer, 1, hasBias(network, index))},`,
  );
  const residual = network.layers.map(({ residual = false }) => (residual ? "True" : "False"));
  const adds = residual.includes("True");
  return `class Stack(nn.Module):
    """Recurrent layers on top of each other${adds ? "; where residual, a layer's input is added to what it hands on" : ""}."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(
            [
${modules.join("\n")}
            ]
        )${adds ? `\n        self.residual = [${residual.join(", ")}]` : ""}

    def forward(self, x):
${
  adds
    ? `        for layer, residual in zip(self.layers, self.residual):
            h, _ = layer(x)
            x = h + x if residual else h`
    : `        for layer in self.layers:
            x, _ = layer(x)`
}
        return x, None`;
}

function moduleClass(network: ModelNetwork): string {
  const { input, layers, output } = network;
  const top = layers[layers.length - 1];
  const bias = layers.some((_, index) => hasBias(network, index));
  const rnn = isStackOfOne(network) ? constructor(layers[0], layers.length, bias) : "Stack()";
  const hasEmbedding = input.kind === "tokens" && input.embedding !== undefined;
  const hasHead = parameterData(network, "output.weight") !== undefined;
  const headBias = parameterData(network, "output.bias") !== undefined;
  const members = [
    ...(hasEmbedding
      ? [`self.embedding = nn.Embedding(${input.vocabulary}, ${input.embedding})`]
      : []),
    `self.rnn = ${rnn}`,
    ...(hasHead
      ? [
          `self.output = nn.Linear(${widthOf(top)}, ${output.size}${headBias ? "" : ", bias=False"})`,
        ]
      : []),
  ];
  const steps = [
    ...(hasEmbedding ? ["x = self.embedding(x)"] : []),
    ...(isOneHot(network) && input.kind === "tokens"
      ? [`x = nn.functional.one_hot(x, ${input.vocabulary}).to(next(self.parameters()).dtype)`]
      : []),
    "h, _ = self.rnn(x)",
    ...(output.at === "last-step" ? [lastStep(top)] : []),
    `return ${hasHead ? "self.output(h)" : "h"}`,
  ];
  return `class Model(nn.Module):
    def __init__(self):
        super().__init__()
${members.map((line) => `        ${line}`).join("\n")}

    def forward(self, x):
${steps.map((line) => `        ${line}`).join("\n")}`;
}

const lastStep = ({ hidden, directions }: LayerDescription): string =>
  directions.length === 1
    ? "h = h[-1]"
    : `h = torch.cat([h[-1, :, :${hidden}], h[0, :, ${hidden}:]], dim=-1)  # each direction at its own last step`;

function loading(network: ModelNetwork, weightsFile: string): string {
  const name = JSON.stringify(weightsFile);
  const isFloat64 = network.parameters.every(({ data }) => data instanceof Float64Array);
  const rename = isStackOfOne(network)
    ? ""
    : `    # The state dict counts layers as one torch.nn module does; here each layer is a module of its own.
    state = {
        re.sub(r"^rnn\\.(\\w+)_l(\\d+)", r"rnn.layers.\\2.\\1_l0", name): tensor
        for name, tensor in state.items()
    }
`;
  return `def load(path=Path(__file__).with_name(${name})):
    model = Model()${isFloat64 ? ".double()" : ""}
    state = torch.load(path, weights_only=True)
${rename}    # Biases that the file does not have are zero.
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected, unexpected
    for name in missing:
        assert "bias" in name, name
        model.get_parameter(name).data.zero_()
    return model.eval()`;
}

function example({ input }: ModelNetwork): string {
  const sample =
    input.kind === "tokens"
      ? `torch.zeros(5, 1, dtype=torch.long)  # five steps of one sequence`
      : `torch.zeros(5, 1, ${input.size}, dtype=next(model.parameters()).dtype)  # five steps of one sequence`;
  return `if __name__ == "__main__":
    model = load()
    x = ${sample}
    with torch.no_grad():
        print(model(x))`;
}
