/** What differs between a counterfactual trace and the one that it branched off, as tensors of their own. */
import { changeOf } from "./names.ts";
import { tensorOf, type Tensor, type Trace } from "./trace.ts";

const cache = new WeakMap<Tensor, Tensor>();

/** The tensor `change.NAME`: that of the branch minus that of the original. Both have the same sizes. */
function changeTensor(branch: Trace, original: Trace, name: string): Tensor {
  const after = tensorOf(branch, name);
  const known = cache.get(after);
  if (known) return known;
  const before = tensorOf(original, name);
  const data = after.data.map((value, k) => value - before.data[k]);
  const change: Tensor = { ...after, name: changeOf(name), data };
  cache.set(after, change);
  return change;
}

/** The branch, and in it the tensor of that name, should it begin with `change.`. */
export function withChange(branch: Trace, original: Trace | undefined, tensor: string): Trace {
  const prefix = changeOf("");
  if (!original || !tensor.startsWith(prefix)) return branch;
  const change = changeTensor(branch, original, tensor.slice(prefix.length));
  return { ...branch, tensors: new Map([...branch.tensors, [tensor, change]]) };
}

/** ‖Δ‖₂ of a (T,1,·) tensor at a step. */
export function changeNormAt(branch: Trace, original: Trace, name: string, t: number): number {
  const after = tensorOf(branch, name);
  const before = tensorOf(original, name).data;
  const width = after.data.length / branch.steps;
  let squares = 0;
  for (let k = t * width; k < (t + 1) * width; k++) squares += (after.data[k] - before[k]) ** 2;
  return Math.sqrt(squares);
}
