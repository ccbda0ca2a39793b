/** Targets as Python saved them: with a T they belong to each step, without one to the last. */
import { UserError } from "../config/problem.ts";
import type { FileTensor } from "../formats/fileTensor.ts";
import type { Batch } from "../trace/batch.ts";
import { numbersOf, shown, timeFirst, type Place } from "./arrayPlace.ts";

type TargetPlace = "each-step" | "last-step";

/** The class that torch.nn.CrossEntropyLoss leaves out of its mean. */
const ignoredClass = -100;

/** Class numbers: (T,B) or (T), or (B) for the last step. */
export function readClasses(batch: Batch, target: FileTensor, place: Place, outputs: number) {
  const classNumbers = numbersOf("target", target);
  if (!classNumbers.every(Number.isInteger)) {
    throw new UserError("target", "Cross-entropy needs whole class numbers as its target.", {
      advice: "Save the target as int64, or choose --loss mse.",
    });
  }
  const at = placeOfTarget([target.shape], place, "the number of a class");
  const numbers = at === "each-step" ? timeFirst(classNumbers, place, 1) : classNumbers;
  const wrong = numbers.findIndex(
    (number) => number !== ignoredClass && (number < 0 || number >= outputs),
  );
  if (wrong >= 0) {
    throw new UserError(
      "target",
      `Class ${numbers[wrong]} at step ${Math.floor(wrong / place.size)} is outside the ${outputs} outputs.`,
    );
  }
  const weights = Float64Array.from(numbers, (number) => (number === ignoredClass ? 0 : 1));
  const classes = Int32Array.from(numbers);
  return { batch: { ...batch, target: { kind: "classes" as const, classes }, weights }, at };
}

/** (T,B,O) or (T,O), or (B,O) for the last step; where O is 1 it may be left out. */
export function readValues(batch: Batch, target: FileTensor, place: Place, outputs: number) {
  const { shape } = target;
  // Where T or B is 1 too, only both readings of the last axis tell which was left out.
  const readings = [
    ...(shape.at(-1) === outputs ? [shape.slice(0, -1)] : []),
    ...(outputs === 1 ? [shape] : []),
  ];
  if (readings.length === 0) {
    throw new UserError(
      "target",
      `The target has the shape ${shown(shape)}, but the output has ${outputs} numbers per step.`,
    );
  }
  const at = placeOfTarget(readings, place, `${outputs} numbers`);
  const numbers = numbersOf("target", target);
  const values = at === "each-step" ? timeFirst(numbers, place, outputs) : numbers;
  return { batch: { ...batch, target: { kind: "values" as const, values } }, at };
}

/** Whether what is left of a target's shape, without its last axis of numbers, has a T in it; `readings` is what may be left, the likelier first. */
function placeOfTarget(
  readings: readonly (readonly number[])[],
  { steps, size, single, batchFirst }: Place,
  each: string,
): TargetPlace {
  const eachStep = single ? [[steps], [steps, 1]] : [batchFirst ? [size, steps] : [steps, size]];
  const lastStep = single ? [[], [1]] : [[size]];
  for (const sizes of readings) {
    const fits = (wanted: readonly (readonly number[])[]): boolean =>
      wanted.some((shape) => shape.join() === sizes.join());
    if (fits(eachStep)) return "each-step";
    if (fits(lastStep)) return "last-step";
  }
  throw new UserError(
    "target",
    `The target has ${shown(readings[0])} times ${each}; the input has (T,B) = (${steps},${size}). ` +
      `It must have ${shown(eachStep[0])}, or ${shown(lastStep[0])} for the last step.`,
  );
}
