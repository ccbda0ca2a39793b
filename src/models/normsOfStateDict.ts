/**
 * Layer normalization in a state dict: NAME.weight (N) and NAME.bias (N). The file does not say where it lies, so that its
 * size must tell: as wide as what the top layer hands on, and as nothing else, it lies on top; as wide as what the bottom layer reads, and as
 * nothing else, under it. Where both fit, or several do, a person is asked.
 */
import { UserError } from "../config/problem.ts";
import { isReal, realsOf } from "../formats/fileTensor.ts";
import type { LayerNorm } from "./layerNorm.ts";
import { isBeside, type Surroundings } from "./surroundings.ts";

interface Norms {
  readonly under?: LayerNorm;
  readonly over?: LayerNorm;
  /** What a person must choose from. */
  readonly choices?: readonly string[];
  readonly notes: readonly string[];
}

/** ε of torch.nn.LayerNorm, which a state dict does not keep. */
const epsilon = 1e-5;

/** Of a module that reads `reads` numbers and hands on `width`. */
export function findNorms(
  prefix: string,
  { reads, width }: { readonly reads: number; readonly width: number },
  around: Surroundings,
): Norms {
  const { answers, alone, tensors } = around;
  const all = normsIn(tensors).filter(({ name }) => alone || isBeside(`${name}.weight`, prefix));
  const wide = (size: number) => all.filter(({ weight }) => weight.length === size);
  const batchNorms = [...tensors.keys()].filter((name) => name.endsWith(".running_mean"));
  const notes = batchNorms.map(
    (name) =>
      `A trace leaves out the batch normalization "${name.replace(/\.running_mean$/, "")}".`,
  );
  const under = reads === width ? [] : wide(reads);
  const below = under.length === 1 ? { under: under[0] } : {};
  const fitting = wide(width);
  if (answers.norm === "none") return { ...below, notes };
  if (answers.norm !== undefined) {
    const chosen = fitting.find(({ name }) => name === answers.norm);
    if (!chosen) throw unknown(answers.norm, width, fitting);
    return { ...below, over: chosen, notes };
  }
  if (fitting.length === 0) return { ...below, notes };
  if (fitting.length > 1 || reads === width) {
    return { ...below, choices: [...fitting.map(({ name }) => name), "none"], notes };
  }
  const [over] = fitting;
  const guess = `"${over.name}" is taken as a layer normalization between the recurrent layers and the output, which the file does not say.`;
  return { ...below, over, notes: [...notes, guess] };
}

function normsIn(tensors: Surroundings["tensors"]): readonly LayerNorm[] {
  return [...tensors].flatMap(([source, weight]) => {
    const name = /^(.+)\.weight$/s.exec(source)?.[1];
    const bias = name === undefined ? undefined : tensors.get(`${name}.bias`);
    const fits =
      name !== undefined &&
      bias !== undefined &&
      weight.shape.length === 1 &&
      weight.shape[0] > 0 &&
      bias.shape.join() === weight.shape.join() &&
      isReal(weight) &&
      isReal(bias) &&
      // Of a batch normalization, which knows more.
      !tensors.has(`${name}.running_mean`);
    return fits ? [{ name, epsilon, weight: realsOf(weight), bias: realsOf(bias) }] : [];
  });
}

function unknown(name: string, width: number, fitting: readonly LayerNorm[]): UserError {
  const names = fitting.map((norm) => norm.name).join(", ");
  return new UserError("model", `There is no normalization "${name}" of ${width} numbers.`, {
    advice: names === "" ? "None fits." : `These fit: ${names}.`,
  });
}
