/** Edit and continue: new numbers for a state, a gate, an input or a weight, and units that are held at zero. */
import type { Ablation, TensorEdit } from "../debuggee.ts";
import { compile } from "../expression/compile.ts";
import type { Compiled } from "../expression/compiled.ts";
import type { Environment } from "../expression/environment.ts";
import { countOf, describeType, listOf } from "../expression/value.ts";
import { RequestError } from "../requestError.ts";
import { editProgram, stepNow, type Session } from "../session.ts";

/** `h[3]` becomes what `value` says at this step; one number for many units goes to all of them. */
export async function assign(
  session: Session,
  target: string,
  value: string,
  environment: Environment,
): Promise<void> {
  refuseWhileRunning(session);
  const t = stepNow(session);
  const compiled = compile(target, environment);
  const { editable } = compiled;
  if (!editable) {
    throw new RequestError(
      `${target} follows from other numbers. What can be edited: h, c, gates, the input x of layer 0, and weights.`,
    );
  }
  const given = compile(value, environment);
  const size = countOf(given.type.shape);
  if (given.type.kind !== "number" || (size !== 1 && size !== editable.count)) {
    throw new RequestError(
      `${target} is ${describeType(compiled.type)}, but ${value} is ${describeType(given.type)}.`,
    );
  }
  const numbers = listOf(given.at(t));
  const edit: TensorEdit = {
    kind: "values",
    tensor: editable.tensor,
    t,
    indices: Array.from({ length: editable.count }, (_, k) => editable.from + k),
    values: Array.from({ length: editable.count }, (_, k) => numbers[size === 1 ? 0 : k]),
  };
  await editProgram(session, edit);
}

/** Any part of a layer names the unit: h[3], c[3], f[3]. */
export async function ablate(
  session: Session,
  expression: string,
  environment: Environment,
): Promise<void> {
  const unit = unitOf(compile(expression, environment));
  if (!unit) throw new RequestError(`${expression} is not a unit of a layer. Write h[3].`);
  await ablateUnit(session, unit);
}

export async function ablateUnit(
  session: Session,
  { layer, direction, unit }: Omit<Ablation, "kind" | "t">,
): Promise<void> {
  refuseWhileRunning(session);
  const { layers } = session.launched?.program.trace.model ?? { layers: [] };
  const description = layers[layer];
  if (!description?.directions.includes(direction) || !(unit >= 0 && unit < description.hidden)) {
    throw new RequestError(`There is no unit ${unit} in layer ${layer}, ${direction}.`);
  }
  await editProgram(session, { kind: "ablation", layer, direction, unit, t: stepNow(session) });
}

/** The unit that an expression such as f[3] is about. */
export function unitOf({
  cell,
  editable,
  type,
}: Compiled): Omit<Ablation, "kind" | "t"> | undefined {
  if (!cell || !editable || type.shape.length > 0) return undefined;
  return { ...cell, unit: editable.from };
}

function refuseWhileRunning({ run }: Session): void {
  if (run) throw new RequestError("The sequence is running. Pause it first.");
}
