/** Examples with a class each: what the classes are called, and which examples are held back. */
import { UserError } from "../config/problem.ts";
import type { TrainingConfig } from "../config/schema.ts";
import { createUniform, shuffle } from "./randomness.ts";

/** Which examples train and which are held back, each in the order of the file. */
export interface Parts {
  readonly trained: Int32Array;
  readonly held: Int32Array;
}

/** Each once, in the order of the alphabet, or of size where all are numbers. */
export function classNames(labels: readonly string[]): readonly string[] {
  const names = [...new Set(labels)];
  const areNumbers = names.every((label) => label.trim() !== "" && Number.isFinite(Number(label)));
  return names.sort(areNumbers ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : 1));
}

export const oneClass = (noun: string, path: string, label: string): UserError =>
  new UserError(
    "one-class",
    `Every ${noun} of ${path} has the same label, "${label}": there is nothing to tell apart.`,
    {
      place: { file: path },
      advice: `Add ${noun}s of another class, or name another column in data.label.`,
      path: ["data", "label"],
    },
  );

type Holding = Pick<TrainingConfig, "seed" | "validation">;

/** Holds back the same share of every class, chosen by the seed; at least one example of each stays to train on. */
export function holdBackByClass(
  classes: Int32Array,
  classCount: number,
  { seed, validation: { share } }: Holding,
): Parts {
  const uniform = createUniform(seed, 0x5917);
  const members: number[][] = Array.from({ length: classCount }, () => []);
  classes.forEach((label, example) => members[label].push(example));
  const trained: number[] = [];
  const held: number[] = [];
  for (const list of members) {
    const order = shuffle(Int32Array.from(list), uniform);
    const wanted = Math.max(1, Math.round(order.length * share));
    const count = share > 0 ? Math.min(order.length - 1, wanted) : 0;
    order.forEach((example, rank) => (rank < count ? held : trained).push(example));
  }
  return inFileOrder(trained, held);
}

/** Holds back a share of all examples, whatever they are. */
export function holdBackAny(count: number, { seed, validation: { share } }: Holding): Parts {
  const order = shuffle(inOrder(count), createUniform(seed, 0xf4a));
  const held = share === 0 ? 0 : Math.min(count - 1, Math.max(1, Math.round(count * share)));
  return inFileOrder([...order.subarray(held)], [...order.subarray(0, held)]);
}

/** Holds back whole groups until at least the share is reached; one group at least stays to train on. */
export function holdBackGroups(
  groups: readonly string[],
  { seed, validation: { share } }: Holding,
): Parts {
  const names = [...new Set(groups)];
  const order = shuffle(inOrder(names.length), createUniform(seed, 0x6709));
  const held = new Set<string>();
  let count = 0;
  for (const index of order.subarray(0, -1)) {
    if (count >= share * groups.length) break;
    held.add(names[index]);
    count += groups.filter((group) => group === names[index]).length;
  }
  const all = [...groups.keys()];
  return inFileOrder(
    all.filter((example) => !held.has(groups[example])),
    all.filter((example) => held.has(groups[example])),
  );
}

const inOrder = (count: number): Int32Array => Int32Array.from({ length: count }, (_, at) => at);

// Lists read like the file; training shuffles anyway.
const inFileOrder = (trained: readonly number[], held: readonly number[]): Parts => ({
  trained: Int32Array.from(trained).sort(),
  held: Int32Array.from(held).sort(),
});
