/**
 * A network as a Python file that a person reads: a torch.nn.Module, the code that loads its weights from the state dict
 * beside it, and how to run it. It reproduces the outputs of the network.
 */
import { UserError } from "../../../config/problem.ts";
import type { ModelNetwork } from "../../modelContents.ts";
import { requireExpressible } from "../networkToWrite.ts";
import type { OutputMeaning } from "../outputMeaning.ts";
import { attentionClass } from "./attentionModule.ts";
import { encoderDecoderModule, sideBySide } from "./encoderDecoderModule.ts";
import { isOneModule, stackClass } from "./recurrentModules.ts";
import { sequenceModule } from "./sequenceModule.ts";
import { isWrittenOut, writtenOutClass, writtenOutName } from "./writtenOutCell.ts";

export interface PythonOptions {
  /** Of the state dict beside the file, for example `model.pt`. */
  readonly weightsFile: string;
  /** Where the network comes from, for the first line. */
  readonly from: string;
  readonly meaning?: OutputMeaning;
}

/** Throws `UserError` for what is not written out here, and torch.nn has no module for. */
export function writePython(network: ModelNetwork, options: PythonOptions): string {
  requireExpressible(network, "PyTorch");
  const { layers, decoder } = network;
  if (layers.some(({ directions }) => directions[0] !== "forward")) {
    throw new UserError("model", "torch.nn has no layer that reads a sequence backwards only.", {
      advice: "Save the model as .onnx, which has one.",
    });
  }
  const writtenOut = new Map(
    layers.filter(isWrittenOut).map((layer) => [writtenOutName(layer), writtenOutClass(layer)]),
  );
  const attention = attentionClass(network);
  const sections = [
    heading(network, options),
    ...writtenOut.values(),
    ...(isOneModule(network) ? [] : [stackClass(network)]),
    ...(attention === undefined ? [] : [attention]),
    ...(decoder ? [sideBySide] : []),
    decoder
      ? encoderDecoderModule(network, decoder, options.meaning)
      : sequenceModule(network, options.meaning),
    loading(network, options.weightsFile),
    example(network),
  ];
  return `${sections.join("\n\n\n")}\n`;
}

const heading = (network: ModelNetwork, { from, weightsFile }: PythonOptions): string =>
  `"""${docstring(from)}: ${layersInWords(network)}.

${readsAndGives(network)}
The weights are in ${docstring(weightsFile)} beside this file. Written by Unroll.

    pip install torch
    python ${docstring(weightsFile).replace(/\.pt$/, ".py")}
"""

${isOneModule(network) ? "" : "import re\n"}from pathlib import Path

import torch
from torch import nn`;

function layersInWords({ layers, decoder }: ModelNetwork): string {
  const { hidden } = layers[layers.length - 1];
  if (decoder) {
    const { firstLayer } = decoder;
    return `an encoder of ${firstLayer} and a decoder of ${layers.length - firstLayer} recurrent layers, ${hidden} units on top`;
  }
  return `${layers.length} recurrent layer${layers.length === 1 ? "" : "s"}, ${hidden} units on top`;
}

function readsAndGives({ input, output, decoder }: ModelNetwork): string {
  const size = input.kind === "dense" ? `, ${input.size}` : "";
  const numbers = input.kind === "tokens" ? "token numbers" : "numbers";
  if (decoder) {
    return `Reads ${numbers} (S, B${size}), the sources of a batch, all of S steps, and writes token numbers: see Model.translate.`;
  }
  const gives = output.at === "last-step" ? `(B, ${output.size})` : `(T, B, ${output.size})`;
  return `Reads ${numbers} (T, B${size}), where T are the time steps and B the sequences of a batch, and gives ${gives}.`;
}

/** A name may hold what would end the text. */
const docstring = (text: string): string =>
  text.replaceAll("\\", "/").replaceAll('"', "'").replaceAll(/\s+/g, " ");

function loading(network: ModelNetwork, weightsFile: string): string {
  const name = JSON.stringify(weightsFile);
  const isFloat64 = network.parameters.every(({ data }) => data instanceof Float64Array);
  const rename = isOneModule(network)
    ? ""
    : `    # The state dict counts layers as one torch.nn module does; here each layer is a module of its own.
    state = {
        re.sub(r"^((?:decoder\\.)?rnn)\\.(\\w+)_l(\\d+)", r"\\1.layers.\\3.\\2_l0", name): tensor
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

function example({ input, decoder }: ModelNetwork): string {
  const sample =
    input.kind === "tokens"
      ? `torch.zeros(5, 1, dtype=torch.long)  # five steps of one sequence`
      : `torch.zeros(5, 1, ${input.size}, dtype=next(model.parameters()).dtype)  # five steps of one sequence`;
  return `if __name__ == "__main__":
    model = load()
    x = ${sample}
    with torch.no_grad():
        print(${decoder ? "model.translate(x)" : "model(x)"})`;
}
