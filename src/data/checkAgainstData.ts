/** What is wrong with a config once its data is known: for the marks in the editor. */
import type { UserError } from "../config/problem.ts";
import type { Config } from "../config/schema.ts";
import type { Dataset } from "./dataset.ts";
import { streamCount } from "./streamBatcher.ts";
import { windowOf } from "./text.ts";

export interface DataProblem {
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** Everything here is a warning: what cannot work at all was refused when the data was read. */
export function checkAgainstData(config: Config, dataset: Dataset): readonly DataProblem[] {
  const { training, data, model } = config;
  const problems: DataProblem[] = dataset.warnings.map((warning) => ({
    severity: "warning",
    ...warning,
  }));
  const warn = (path: DataProblem["path"], message: string): void => {
    problems.push({ severity: "warning", path, message });
  };

  const { stream, sequenceCount, steps } = dataset.training;
  const longest = stream ? stream.length - 1 : steps;
  // Where the config alone decides the length, the config was checked already.
  const isNews =
    data.kind === "text" || (data.kind === "labelled-text" && steps < data.maximumLength);
  if (training.bptt !== "full" && training.bptt > longest && isNews) {
    const what = stream ? "the text that is trained on has" : "the longest text has";
    warn(
      ["training", "bptt"],
      `Gradients cannot travel back ${training.bptt} steps: ${what} ${longest}.`,
    );
  }

  const available =
    stream && training.carryState
      ? streamCount(longest, windowOf(training.bptt), Infinity)
      : sequenceCount;
  if (training.batch > available) {
    const what = stream
      ? `the text holds ${available} ${available === 1 ? "stretch" : "stretches"} of ${windowOf(training.bptt)} steps to read side by side`
      : `there ${available === 1 ? "is" : "are"} ${available} to train on`;
    warn(
      ["training", "batch"],
      `Fewer sequences than ${training.batch} are trained side by side: ${what}. A batch of ${Math.min(training.batch, available)} is used.`,
    );
  }

  if (
    dataset.input.kind === "tokens" &&
    model.embedding !== undefined &&
    model.embedding > dataset.input.vocabulary
  ) {
    warn(
      ["model", "embedding"],
      `Vectors of ${model.embedding} numbers for only ${dataset.input.vocabulary} tokens; without "embedding" they are one-hot, which is smaller.`,
    );
  }
  if (training.earlyStopping && dataset.validation.sequenceCount === 0) {
    warn(
      ["training", "earlyStopping"],
      "Nothing is validated, so that training never stops early.",
    );
  }
  return problems;
}

/** An error from reading the data as a mark at the key that led there. */
export function problemOf(error: UserError): DataProblem {
  const { path = ["data"], advice } = error.details;
  return { severity: "error", message: [error.message, advice].filter(Boolean).join(" "), path };
}
