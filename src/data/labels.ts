/** Label strings without places: the classes of the output, and what refuses a string that cannot be aligned. */
import { UserError } from "../config/problem.ts";
import type { TrainingConfig } from "../config/schema.ts";

/** The class of the output that stands for "no label here". */
export const blankSymbol = "∅";

export const withBlank = (labels: readonly string[], blank: number): readonly string[] =>
  labels.toSpliced(blank, 0, blankSymbol);

/** Where the config puts the blank among the classes. Throws `UserError` when there are fewer classes. */
export function blankIndex({ loss }: Pick<TrainingConfig, "loss">, labelCount: number): number {
  const blank = loss?.kind === "ctc" ? loss.blank : 0;
  if (blank <= labelCount) return blank;
  throw new UserError(
    "blank",
    `The blank cannot be class ${blank}: with ${labelCount} labels the classes are 0 to ${labelCount}.`,
    {
      advice: `Take 0, as torch.nn.CTCLoss does, or ${labelCount} to put it last.`,
      path: ["training", "loss", "blank"],
    },
  );
}

/** Steps that an alignment takes at least: one for each label, and a blank between equal neighbours. */
export function stepsNeeded(labels: ArrayLike<number>): number {
  let steps = labels.length;
  for (let at = 1; at < labels.length; at++) if (labels[at] === labels[at - 1]) steps++;
  return steps;
}
