/** What was asked for → tripwires of a program, or why there can be none. */
import type { Program } from "../debuggee.ts";
import { compile } from "../expression/compile.ts";
import type { Environment } from "../expression/environment.ts";
import { ExpressionError } from "../expression/expressionError.ts";
import { RequestError } from "../requestError.ts";
import { frameOf } from "../stepping/stack.ts";
import { exceptionFilters } from "./exceptionFilters.ts";
import type { Answer, Requested, SourceName } from "./requested.ts";
import { stepAtColumn, stepIndexOf } from "./stepIndex.ts";
import { createTripwire, type Tripwire } from "./tripwire.ts";

export interface Resolved {
  readonly answer: Answer;
  readonly wires: readonly Tripwire[];
}

export function resolve(requested: Requested, program: Program): Resolved {
  const { id } = requested;
  try {
    switch (requested.kind) {
      case "line":
        return resolveLine(requested, program);
      case "function":
        return resolveExpression(requested, program);
      case "data":
        return resolveData(requested, program);
      case "exception":
        return resolveException(requested, program);
    }
  } catch (error) {
    if (!(error instanceof ExpressionError || error instanceof RequestError)) throw error;
    const place = error instanceof ExpressionError ? ` (at character ${error.from + 1})` : "";
    return { answer: { id, verified: false, message: `${error.message}${place}` }, wires: [] };
  }
}

/** Names without a layer are of the last layer, as in the topmost frame. */
export function topEnvironment(program: Program): Environment {
  const layer = program.trace.model.layers.length - 1;
  return { program, layer, direction: "forward" };
}

export function sourceIndex(
  { path, sourceReference }: SourceName,
  program: Program,
): number | undefined {
  if (sourceReference !== undefined && sourceReference > 0) {
    return program.sources[sourceReference - 1] ? sourceReference - 1 : undefined;
  }
  return path === undefined ? undefined : program.sourceAt(path);
}

/**
 * A breakpoint on a line stops where the line begins; one that has a condition, a hit count or a message is tested at each
 * step of the line. One on a column is about one step.
 */
function resolveLine(requested: Requested & { kind: "line" }, program: Program): Resolved {
  const { id } = requested;
  const source = sourceIndex(requested.source, program);
  const index = stepIndexOf(program);
  const line = source === undefined ? undefined : index.lineFrom(source, requested.line);
  if (source === undefined || line === undefined) {
    throw new RequestError("The sequence that is debugged reads nothing from this line on.");
  }
  const steps = index.on(source, line);
  const wanted =
    requested.column === undefined || line !== requested.line
      ? undefined
      : (stepAtColumn(program, steps, requested.column) ?? steps[steps.length - 1]);
  const isTested = [requested.condition, requested.hitCondition, requested.logMessage].some(
    (text) => text !== undefined && text.trim() !== "",
  );
  const tested = new Set(wanted === undefined ? (isTested ? steps : [steps[0]]) : [wanted]);
  const stop = { reason: "breakpoint", hitBreakpointIds: [id] } as const;
  const wire = createTripwire(id, stop, requested, topEnvironment(program), (t) => tested.has(t));
  const column = wanted === undefined ? undefined : program.reading(wanted).place.column;
  return { answer: { id, verified: true, place: { source, line, column } }, wires: [wire] };
}

function resolveExpression(
  requested: Requested & { kind: "function" },
  program: Program,
): Resolved {
  const { id, name } = requested;
  const condition = [name, requested.condition ?? ""]
    .filter((text) => text.trim() !== "")
    .map((text) => `(${text})`)
    .join(" && ");
  const stop = {
    reason: "function breakpoint",
    description: "Paused on expression",
    text: name,
    hitBreakpointIds: [id],
  } as const;
  if (name.trim() === "") throw new RequestError("Write an expression, such as norm(h) > 1.");
  // By itself first, so that a mistake is told at its own characters.
  createTripwire(id, stop, { ...requested, condition: name }, topEnvironment(program));
  const wire = createTripwire(id, stop, { ...requested, condition }, topEnvironment(program));
  return { answer: { id, verified: true }, wires: [wire] };
}

/** Without a condition: when a gate crosses one half, and when anything else changes its sign. */
function resolveData(requested: Requested & { kind: "data" }, program: Program): Resolved {
  const { id, dataId } = requested;
  const environment = topEnvironment(program);
  const { type } = compile(dataId, environment);
  if (type.kind !== "number" || type.shape.length > 0) {
    throw new RequestError("A data breakpoint is about one unit, for example h[12].");
  }
  const usual =
    type.activation === "sigmoid" ? `crosses(${dataId}, 0.5)` : `changes_sign(${dataId})`;
  const condition = requested.condition?.trim() || usual;
  const stop = {
    reason: "data breakpoint",
    description: "Paused on data breakpoint",
    text: condition,
    hitBreakpointIds: [id],
  } as const;
  const wire = createTripwire(id, stop, { ...requested, condition }, environment);
  return { answer: { id, verified: true, message: condition }, wires: [wire] };
}

function resolveException(
  requested: Requested & { kind: "exception" },
  program: Program,
): Resolved {
  const { id } = requested;
  const filter = exceptionFilters.find((each) => each.filter === requested.filter);
  if (!filter) throw new RequestError(`There is no exception "${requested.filter}".`);
  const { model } = program.trace;
  const own = requested.condition?.trim();
  const wires = model.layers.flatMap(({ directions }, layer) =>
    directions.flatMap((direction) =>
      filter.passes.flatMap((pass): readonly Tripwire[] => {
        const environment = { program, layer, direction };
        const condition = own || filter.condition(environment, pass);
        if (!condition) return [];
        const frame = frameOf(model, layer, direction);
        const stop = {
          reason: "exception",
          description: filter.title,
          text: `${filter.title} in ${frame.title}`,
          exception: { filter: filter.filter, title: filter.title, condition, frame },
        } as const;
        const wire = createTripwire(id, stop, { condition }, environment);
        return [own ? wire : { ...wire, passes: pass }];
      }),
    ),
  );
  if (wires.length === 0) {
    throw new RequestError(`This network and this sequence have nothing for "${filter.title}".`);
  }
  return { answer: { id, verified: true }, wires };
}
