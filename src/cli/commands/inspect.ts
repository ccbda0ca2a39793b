/** `unroll inspect`: what a model file of any framework contains. */
import { resolve } from "node:path";
import { readModelFile } from "../../jobs/modelFile.ts";
import type { ListedTensor, ModelContents, ModelNetwork } from "../../models/modelContents.ts";
import { functionsInWords } from "../../trace/cellFunctions.ts";
import { widthOf, type LayerDescription } from "../../trace/trace.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../environment.ts";
import { count } from "../inWords.ts";
import { alignedTable } from "../table.ts";

const help = `Usage: unroll inspect FILE [--json]

Says what a model file contains: its recurrent layers with their cells, directions and sizes, what lies under and over
them, every other tensor, and what a trace would leave out. Nothing in the file is executed.

  FILE      .safetensors, what torch.save wrote (.pt, .pth), .onnx, .keras, .h5, .weights.h5, or .npz
  --json    one JSON object
`;

export const inspectCommand = defineCommand({
  name: "inspect",
  summary: "say what a model file contains",
  help,
  options: { json: { type: "boolean", default: false } },
  positionals: { least: 1, most: 1 },
  async run({ values, positionals }, { out, folder }) {
    const contents = await readModelFile(resolve(folder, positionals[0]), {});
    out.write(values.json ? `${JSON.stringify(withoutNumbers(contents))}\n` : inWords(contents));
    return exitCodes.done;
  },
});

/** Everything but the weights themselves. */
const withoutNumbers = (contents: ModelContents) => ({
  ...contents,
  networks: contents.networks.map(({ parameters, initialStates, ...network }) => ({
    ...network,
    parameters: parameters.map(({ name, source, shape }) => ({ name, source, shape })),
    ...(initialStates && { initialStates: [...initialStates.keys()] }),
  })),
});

function inWords(contents: ModelContents): string {
  const { title, networks, tensors, metadata, notes } = contents;
  const used = new Set(
    networks.flatMap(({ parameters }) => parameters.map(({ source }) => source)),
  );
  const others = tensors.filter(({ name }) => !used.has(name));
  // Other frameworks' tensors are converted, so that none of theirs is ours by name.
  const converted = contents.format === "onnx" || contents.format === "keras";
  return [
    `${title}: ${count(networks.length)} recurrent ${networks.length === 1 ? "network" : "networks"}, ${count(tensors.length)} tensors\n`,
    ...networks.map(networkInWords),
    listed(converted ? "Tensors in the file" : "Other tensors", converted ? tensors : others),
    Object.keys(metadata).length === 0
      ? ""
      : `\nMetadata\n${Object.entries(metadata)
          .map(([key, value]) => `  ${key}: ${shortened(value)}\n`)
          .join("")}`,
    notes.map((note) => `\nnote: ${note}\n`).join(""),
  ].join("");
}

function networkInWords(network: ModelNetwork): string {
  const { name, input, layers, output, parameters, questions, notes, untraceable } = network;
  const numbers = parameters.reduce((sum, { data }) => sum + data.length, 0);
  const rows = [
    ["input", inputInWords(input), ""],
    ...layers.map((layer, number) => [`layer ${number}`, layerInWords(layer), readsInWords(layer)]),
    [
      "output",
      outputInWords(output),
      output.at === "last-step" ? "at the last step" : "at each step",
    ],
  ];
  const lines = [
    ...notes.map((note) => `note: ${note}`),
    ...questions.map(
      ({ about, choices }) => `The file does not say: ${about} (${choices.join(", ")}).`,
    ),
    ...(untraceable === undefined ? [] : [`It cannot be traced: ${untraceable}`]),
  ];
  return (
    `\n${name === "" ? "Recurrent module" : `"${name}"`}, ${count(numbers)} parameters\n` +
    indented(alignedTable(rows)) +
    indented(alignedTable(parameters.map(({ source, shape }) => [source, shown(shape)]))) +
    lines.map((line) => `  ${line}\n`).join("")
  );
}

const inputInWords = (input: ModelNetwork["input"]): string =>
  input.kind === "dense"
    ? `${count(input.size)} numbers`
    : `tokens of ${count(input.vocabulary)}, embedded in ${count(input.embedding ?? input.vocabulary)} numbers`;

const outputInWords = ({ size, linear, norm }: ModelNetwork["output"]): string => {
  const words =
    linear === false
      ? `${count(size)} numbers of the top layer's h`
      : `linear, ${count(size)} numbers`;
  return norm ? `layer normalization, ${words}` : words;
};

function layerInWords(layer: LayerDescription): string {
  const { cell, hidden, nonlinearity, reset, projection, peepholes, functions, directions } = layer;
  const details = [
    ...(nonlinearity === undefined || functions ? [] : [nonlinearity]),
    ...(reset === undefined ? [] : [`reset ${reset} the product`]),
    ...(projection === undefined ? [] : [`projected to ${widthOf(layer, "h")}`]),
    ...(peepholes ? ["peepholes"] : []),
    ...(functions ? functionsInWords(functions) : []),
    ...(directions.length === 2
      ? ["both directions"]
      : directions[0] === "reverse"
        ? ["backwards"]
        : []),
  ];
  return [`${cell} of ${count(hidden)} units`, ...details].join(", ");
}

const readsInWords = ({ inputSize }: LayerDescription): string =>
  `reads ${count(inputSize)} numbers`;

function listed(title: string, tensors: readonly ListedTensor[]): string {
  if (tensors.length === 0) return "";
  const most = 200;
  const rows = tensors.slice(0, most).map(({ name, type, shape }) => [name, shown(shape), type]);
  const more = tensors.length > most ? `  and ${count(tensors.length - most)} more\n` : "";
  return `\n${title}\n${indented(alignedTable(rows))}${more}`;
}

const shown = (shape: readonly number[]): string => `(${shape.join(",")})`;
const shortened = (text: string): string => (text.length > 100 ? `${text.slice(0, 99)}…` : text);
const indented = (table: string): string => table.replaceAll(/^(?=.)/gm, "  ");
