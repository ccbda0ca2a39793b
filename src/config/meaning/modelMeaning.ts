/** Networks that cannot read their data, or whose parts do not fit. */
import type { ConfigPath } from "../positions.ts";
import type { Config, LayerConfig } from "../schema.ts";
import type { PathProblem } from "../validate.ts";
import { originOf } from "./derivedMeaning.ts";
import { error, hasNumbers, idle, warning, type IsWritten } from "./judgement.ts";

export function modelProblems(config: Config, isWritten: IsWritten): PathProblem[] {
  const { data, model } = config;
  const problems: PathProblem[] = [];
  if (model.embedding !== undefined && hasNumbers(data)) {
    problems.push({
      ...error(
        ["model", "embedding"],
        "An embedding turns tokens into vectors, and this data is numbers already: remove it.",
      ),
      at: "key",
    });
  }
  problems.push(
    ...directionProblems(config),
    ...connectionProblems(model),
    ...initializationProblems(model, isWritten),
  );
  return problems;
}

const unfit = (path: ConfigPath, cells: readonly string[]): PathProblem =>
  warning(
    path,
    `"identity" is meant for a plain RNN with "relu" (Le et al. 2015); here it also fills each gate of the ${cells.map((cell) => cell.toUpperCase()).join(" and ")}.`,
  );

/** About weights that start in a way that is not meant for their cell, or is written for a cell that is not there. */
function initializationProblems(model: Config["model"], isWritten: IsWritten): PathProblem[] {
  const problems: PathProblem[] = [];
  const groups = [
    { path: ["model", "layers"], layers: model.layers },
    { path: ["model", "decoder", "layers"], layers: model.decoder?.layers ?? [] },
  ];
  const following = new Set<string>();
  for (const { path, layers } of groups) {
    for (const [index, { cell, initialization }] of layers.entries()) {
      if (cell === "rnn") continue;
      if (initialization?.recurrent === undefined) following.add(cell);
      else if (initialization.recurrent === "identity")
        problems.push(unfit([...path, index, "initialization", "recurrent"], [cell]));
    }
  }
  if (model.initialization.recurrent === "identity" && following.size > 0) {
    problems.push(unfit(["model", "initialization", "recurrent"], [...following]));
  }
  const hasLstm = groups.some(({ layers }) => layers.some(({ cell }) => cell === "lstm"));
  if (isWritten("model", "initialization", "forgetBias") && !hasLstm) {
    problems.push(
      idle(
        ["model", "initialization", "forgetBias"],
        "Only an LSTM has a forget gate, and this model has no LSTM layer.",
      ),
    );
  }
  return problems;
}

/** A layer that reads backwards has to have whole sequences, and must not meet what is to be predicted. */
function directionProblems({ data, model, training }: Config): PathProblem[] {
  const index = model.layers.findIndex(({ bidirectional }) => bidirectional);
  if (index < 0) return [];
  const refuse = (why: string) => [error(["model", "layers", index, "bidirectional"], why)];
  if (data.kind === "text") {
    return refuse(
      "Backwards it reads the very characters that it is to predict, and the text has no end to begin at: only a layer that reads forward can model language.",
    );
  }
  if (data.kind === "labelled-text" && data.predict === "text") {
    return refuse("Backwards it reads the very text that it is to write.");
  }
  if (data.kind === "synthetic" && data.task === "reber") {
    return refuse("Backwards it reads the very symbols that it is to predict.");
  }
  if (data.kind === "table" && data.shape === "many-to-many" && data.horizon > 0) {
    const read = new Set(data.inputs.map((name) => originOf(data, name)));
    const leaked = data.targets.find((name) => read.has(originOf(data, name)));
    if (leaked !== undefined) {
      return refuse(
        `Backwards it reads "${leaked}" of the rows that it is to predict: the answer leaks. Take "shape": "many-to-one", or a layer that reads forward.`,
      );
    }
  }
  if (training.bptt !== "full") {
    return refuse(
      `Backwards it begins at the end of a sequence, and "bptt": ${training.bptt} cuts sequences into windows: take "full".`,
    );
  }
  return [];
}

/** Numbers that a layer hands on at each step. */
function handedOn(layer: LayerConfig): number {
  const width = layer.cell === "lstm" ? (layer.projection ?? layer.hidden) : layer.hidden;
  return width * (layer.bidirectional ? 2 : 1);
}

/** About projections, dropout and residual connections. */
function connectionProblems({ layers }: Config["model"]): PathProblem[] {
  return layers.flatMap((layer, index) => {
    const { dropout, variational, residual } = layer;
    const problems: PathProblem[] = [];
    const handsOn = handedOn(layer);
    const below = layers[index - 1];
    if (layer.cell === "lstm" && layer.projection && layer.projection >= layer.hidden) {
      problems.push(
        error(
          ["model", "layers", index, "projection"],
          `A projection makes h narrower than the ${layer.hidden} units: take fewer than that, or leave it out.`,
        ),
      );
    }
    if (layer.layerNorm && layer.hidden < 2) {
      problems.push(
        error(
          ["model", "layers", index, "layerNorm"],
          "A single unit, normalized, is always 0: layer normalization needs more of them.",
        ),
      );
    }
    if (residual && !below) {
      problems.push(
        error(
          ["model", "layers", index, "residual"],
          "The first layer's input is data, which cannot be added to states: only layers above it can be residual.",
        ),
      );
    }
    const reads = below ? handedOn(below) : handsOn;
    if (residual && reads !== handsOn) {
      problems.push(
        error(
          ["model", "layers", index, "residual"],
          `This layer reads ${reads} numbers and hands on ${handsOn}, which cannot be added: make them the same.`,
        ),
      );
    }
    if (variational && !dropout) {
      problems.push(
        idle(
          ["model", "layers", index, "variational"],
          'Nothing is dropped without "dropout", a share such as 0.3.',
        ),
      );
    }
    return problems;
  });
}
