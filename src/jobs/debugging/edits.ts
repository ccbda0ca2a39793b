/** Edits as the debugger knows them → interventions as the engine does, and in words. Refuses what cannot be edited. */
import { UserError } from "../../config/problem.ts";
import type { ProgramEdit, TensorEdit } from "../../debug/debuggee.ts";
import type { Branching } from "../../engine/branch.ts";
import type { Intervention } from "../../engine/interventions.ts";
import type { Model } from "../../engine/model.ts";
import type { Trace } from "../../trace/trace.ts";

/** Before the edit: what is there to be changed. */
export interface Editable {
  readonly trace: Trace;
  readonly model: Model;
  readonly branching: Pick<Branching, "assigns">;
  /** What input tokens are called. */
  readonly tokens?: readonly string[];
}

const layerPart = /^layers\.(\d+)\.(forward|reverse)\.(\w+)$/;

/** Throws `UserError` for what is no number, is not there, or follows from something else. */
export function interventionsOf(edit: ProgramEdit, editable: Editable): readonly Intervention[] {
  const { trace } = editable;
  if (!Number.isInteger(edit.t) || edit.t < 0 || edit.t >= trace.steps) {
    throw refused(`The sequence has no step ${edit.t}.`);
  }
  if (edit.kind === "ablation") {
    const { layer, direction, unit, t } = edit;
    const width = trace.tensors.get(`layers.${layer}.${direction}.h`)?.shape[2] ?? 0;
    if (!(Number.isInteger(unit) && unit >= 0 && unit < width)) {
      throw refused(`Layer ${layer} has no unit ${unit}.`, `Its units are 0 to ${width - 1}.`);
    }
    return [{ kind: "ablation", layer, direction, unit, t }];
  }
  if (edit.indices.length === 0 || edit.indices.length !== edit.values.length) {
    throw refused("There is nothing to set.");
  }
  const notFinite = edit.values.find((value) => !Number.isFinite(value));
  if (notFinite !== undefined) throw refused(`${notFinite} is not a number to set.`);
  if (edit.tensor.startsWith("param.")) return parameters(edit, editable);
  if (edit.tensor === "token") return token(edit, editable);
  if (edit.tensor === "input") return inputs(edit, editable);
  return units(edit, editable);
}

function units(
  { tensor, t, indices, values }: TensorEdit,
  { trace, branching }: Editable,
): readonly Intervention[] {
  const match = layerPart.exec(tensor);
  const found = trace.tensors.get(tensor);
  if (!match || !found || found.axes[0] !== "T") throw cannotBeSet(tensor);
  const [layer, part] = [Number(match[1]), match[3]];
  const direction = match[2] === "reverse" ? "reverse" : "forward";
  if (part !== "h" && !branching.assigns(layer, direction)) {
    throw refused(
      `"${part}" of this cell cannot be set by hand: with peepholes or normalization, more follows from it than its own unit.`,
      "Its h can, and its weights.",
    );
  }
  checkIndices(indices, found.shape[2], tensor);
  return indices.map((unit, at) => ({
    kind: "unit",
    layer,
    direction,
    part,
    unit,
    t,
    value: values[at],
  }));
}

function inputs(
  { t, indices, values }: TensorEdit,
  { trace, tokens, model }: Editable,
): readonly Intervention[] {
  const { input } = model.description;
  const width = trace.tensors.get("input")?.shape[2] ?? 0;
  checkIndices(indices, width, "input");
  if (input.kind === "dense") {
    return indices.map((index, at) => ({ kind: "input", index, t, value: values[at] }));
  }
  if (input.embedding !== undefined) {
    throw refused(
      "What is read here is the embedding of a token, which is a weight.",
      "Set the token, or a number of param.embedding.weight.",
    );
  }
  const [token] = indices;
  if (indices.length !== 1 || values[0] !== 1) {
    throw refused(
      "What is read here is one token: a 1 among zeros.",
      `Set the one to be read to 1${tokens ? `, such as input[${token}] for "${tokens[token]}"` : ""}.`,
    );
  }
  return [{ kind: "input", index: 0, t, value: token }];
}

/** Another token is read: its number as the only value. */
function token({ t, values }: TensorEdit, { model }: Editable): readonly Intervention[] {
  const { input } = model.description;
  if (input.kind !== "tokens") throw refused("This network reads numbers, not tokens.");
  checkIndices(values.slice(0, 1), input.vocabulary, "The vocabulary");
  return [{ kind: "input", index: 0, t, value: values[0] }];
}

function parameters(
  { tensor, t, indices, values }: TensorEdit,
  { model }: Editable,
): readonly Intervention[] {
  const name = tensor.slice("param.".length);
  const parameter = model.parameters.find((each) => each.name === name);
  if (!parameter) {
    const names = model.parameters.map((each) => each.name).join(", ");
    throw refused(`The network has no weight "${name}".`, `It has ${names}.`);
  }
  checkIndices(indices, parameter.value.length, name);
  return indices.map((index, at) => ({ kind: "parameter", name, index, t, value: values[at] }));
}

function checkIndices(indices: readonly number[], width: number, tensor: string): void {
  const beyond = indices.find((index) => !(Number.isInteger(index) && index >= 0 && index < width));
  if (beyond === undefined) return;
  throw refused(`${tensor} has no number ${beyond}.`, `It has 0 to ${width - 1}.`);
}

const suffix = (direction: string): string => (direction === "reverse" ? ", reverse" : "");

/** "h[3] of layer 0 at step 12: 0.412 → 0". */
export function describeEdit(edit: ProgramEdit, { trace, model, tokens }: Editable): string {
  if (edit.kind === "ablation") {
    return `unit ${edit.unit} of layer ${edit.layer}${suffix(edit.direction)} held at 0 from step ${edit.t}`;
  }
  const { tensor, t, indices, values } = edit;
  const what = indices.length === 1 ? `[${indices[0]}]` : ` (${indices.length} numbers)`;
  const change = (before: number | undefined): string =>
    indices.length === 1 && before !== undefined ? `: ${shown(before)} → ${shown(values[0])}` : "";
  const match = layerPart.exec(tensor);
  if (match) {
    const [, layer, direction, part] = match;
    const before = trace.tensors.get(tensor);
    const width = before?.shape[2] ?? 0;
    const value = before?.data[t * width + indices[0]];
    return `${part}${what} of layer ${layer}${suffix(direction)} at step ${t}${change(value)}`;
  }
  if (tensor.startsWith("param.")) {
    const name = tensor.slice("param.".length);
    const before = model.parameters.find((each) => each.name === name)?.value[indices[0]];
    return `${name}${what} from step ${t}${change(before)}`;
  }
  if (tokens) {
    const read = tensor === "token" ? values[0] : indices[0];
    return `token at step ${t}: "${tokens[read]}" is read`;
  }
  const width = trace.tensors.get("input")?.shape[2] ?? 0;
  return `input${what} at step ${t}${change(trace.tensors.get("input")?.data[t * width + indices[0]])}`;
}

const shown = (value: number): string => String(Number(value.toPrecision(4)));

function cannotBeSet(tensor: string): UserError {
  const advice =
    tensor === "output" || tensor === "loss" || tensor.startsWith("grad.")
      ? "It is computed. Set a state, a gate, an input or a weight that it follows from."
      : "States after a step, gates, inputs and weights can be set.";
  return refused(`"${tensor}" cannot be set.`, advice);
}

const refused = (message: string, advice?: string): UserError =>
  new UserError("edit", message, { advice });
