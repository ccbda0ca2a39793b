/** The recurrent layers of a network as torch.nn modules: one for all where they are alike, else a stack of one for each. */
import type { LayerDescription } from "../../../trace/trace.ts";
import type { ModelNetwork } from "../../modelContents.ts";
import { hasBias, isConditioned } from "../networkToWrite.ts";
import { isWrittenOut, writtenOutName } from "./writtenOutCell.ts";

const torchNames = { rnn: "RNN", lstm: "LSTM", gru: "GRU" } as const;

/** One torch.nn module holds all layers when they are alike, and nobody needs the states of each. */
export function isOneModule(network: ModelNetwork): boolean {
  const { layers, decoder } = network;
  const [first] = layers;
  return (
    !decoder &&
    !isConditioned(network) &&
    layers.every(
      (layer) =>
        layer.cell === first.cell &&
        layer.hidden === first.hidden &&
        layer.projection === first.projection &&
        layer.directions.length === first.directions.length &&
        layer.nonlinearity === first.nonlinearity &&
        !isWrittenOut(layer) &&
        !layer.residual,
    )
  );
}

/** `nn.LSTM(12, 64, bidirectional=True)`, for one layer or for several that are alike. */
function constructor(layer: LayerDescription, layerCount: number, bias: boolean): string {
  const { cell, hidden, inputSize, directions, nonlinearity, projection } = layer;
  const written = isWrittenOut(layer);
  const options = [
    String(inputSize),
    String(hidden),
    ...(layerCount > 1 ? [`num_layers=${layerCount}`] : []),
    ...(cell === "rnn" && nonlinearity === "relu" && !written ? ['nonlinearity="relu"'] : []),
    ...(projection ? [`proj_size=${projection}`] : []),
    ...(bias || written ? [] : ["bias=False"]),
    ...(directions.length > 1 ? ["bidirectional=True"] : []),
  ];
  return `${written ? writtenOutName(layer) : `nn.${torchNames[cell]}`}(${options.join(", ")})`;
}

/** The expression that makes layers `from` … `to` − 1, for a line that is indented by `indent` spaces. */
export function recurrentModule(
  network: ModelNetwork,
  indent: number,
  from = 0,
  to = network.layers.length,
): string {
  const layers = network.layers.slice(from, to);
  if (isOneModule(network)) {
    const bias = layers.some((_, index) => hasBias(network, index));
    return constructor(layers[0], layers.length, bias);
  }
  const space = " ".repeat(indent);
  const modules = layers.map(
    (layer, index) => `${space}        ${constructor(layer, 1, hasBias(network, from + index))},`,
  );
  const residual = layers.map((layer) => (layer.residual ? "True" : "False"));
  const last = hasResidual(network) ? `\n${space}    residual=[${residual.join(", ")}],` : "";
  return `Stack(\n${space}    [\n${modules.join("\n")}\n${space}    ],${last}\n${space})`;
}

const hasResidual = ({ layers }: ModelNetwork): boolean =>
  layers.some(({ residual }) => residual === true);

export function stackClass(network: ModelNetwork): string {
  const adds = hasResidual(network);
  return `class Stack(nn.Module):
    """Recurrent layers on top of each other${adds ? "; where residual, a layer's input is added to what it hands on" : ""}."""

    def __init__(self, layers${adds ? ", residual" : ""}):
        super().__init__()
        self.layers = nn.ModuleList(layers)
${adds ? "        self.residual = residual\n" : ""}
    def forward(self, x, states=None):
        """x (T,B,I) and the states to begin with, of each layer → (T,B,O) and the states after the last step."""
        ends = []
        for number, layer in enumerate(self.layers):
            h, end = layer(x, states[number] if states else None)
            x = ${adds ? "h + x if self.residual[number] else h" : "h"}
            ends.append(end)
        return x, ends`;
}
