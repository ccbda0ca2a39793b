/** Breakpoints of every kind. */
import type { DebugProtocol } from "@vscode/debugprotocol";
import type { NewBreakpoint } from "../breakpoints/breakpoints.ts";
import { sourceIndex } from "../breakpoints/resolve.ts";
import { stepIndexOf } from "../breakpoints/stepIndex.ts";
import {
  fromClientColumn,
  fromClientLine,
  toBreakpoint,
  toClientColumn,
  toClientLine,
} from "../clientView.ts";
import type { StepPlace } from "../debuggee.ts";
import { compile } from "../expression/compile.ts";
import type { Environment } from "../expression/environment.ts";
import { ExpressionError } from "../expression/expressionError.ts";
import { environmentOf, programOf, type Session } from "../session.ts";
import { findItem, type NamedExpression } from "./findItem.ts";
import type { Handlers } from "./requests.ts";

export const breakpointRequests: Handlers<
  | "setBreakpoints"
  | "setFunctionBreakpoints"
  | "setDataBreakpoints"
  | "dataBreakpointInfo"
  | "setExceptionBreakpoints"
  | "breakpointLocations"
> = {
  setBreakpoints(session, { source, breakpoints = [] }) {
    const group = `source ${source.sourceReference || source.path}`;
    const wanted = breakpoints.map(
      ({ line, column, condition, hitCondition, logMessage }): NewBreakpoint => ({
        kind: "line",
        source: { path: source.path, sourceReference: source.sourceReference },
        line: fromClientLine(session, line),
        column: column === undefined ? undefined : fromClientColumn(session, column),
        condition,
        hitCondition,
        logMessage,
      }),
    );
    return { breakpoints: replace(session, group, wanted) };
  },
  setFunctionBreakpoints(session, { breakpoints }) {
    const wanted = breakpoints.map((each): NewBreakpoint => ({ kind: "function", ...each }));
    return { breakpoints: replace(session, "functions", wanted) };
  },
  setDataBreakpoints(session, { breakpoints }) {
    const wanted = breakpoints.map(({ dataId, condition, hitCondition }): NewBreakpoint => ({
      kind: "data",
      dataId,
      condition,
      hitCondition,
    }));
    return { breakpoints: replace(session, "data", wanted) };
  },
  dataBreakpointInfo(session, { variablesReference, name, frameId }) {
    try {
      const { expression, environment }: NamedExpression = variablesReference
        ? findItem(session, variablesReference, name)
        : { expression: name, environment: environmentOf(session, frameId) };
      const { type, activation } = typeOf(expression, environment);
      if (type !== "unit") {
        return { dataId: null, description: "Only single units can be watched, such as h[3]." };
      }
      const dataId = fullName(expression, environment);
      const event = activation === "sigmoid" ? "crosses 0.5" : "changes sign";
      return {
        dataId,
        description: `${dataId} ${event}`,
        accessTypes: ["write"],
        canPersist: true,
      };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return { dataId: null, description: error.message };
    }
  },
  setExceptionBreakpoints(session, { filters, filterOptions = [] }) {
    const wanted: readonly NewBreakpoint[] = [
      ...filters.map((filter) => ({ kind: "exception", filter }) as const),
      ...filterOptions.map(
        ({ filterId, condition }) => ({ kind: "exception", filter: filterId, condition }) as const,
      ),
    ];
    return { breakpoints: replace(session, "exceptions", wanted) };
  },
  breakpointLocations(session, { source, line, column, endLine = line, endColumn }) {
    const program = programOf(session);
    const index = sourceIndex(source, program);
    if (index === undefined) return { breakpoints: [] };
    const first = fromClientLine(session, line);
    const last = fromClientLine(session, endLine);
    const from = column === undefined ? 1 : fromClientColumn(session, column);
    const to = endColumn === undefined ? Infinity : fromClientColumn(session, endColumn);
    const steps = Array.from({ length: Math.min(last - first + 1, mostLines) }, (_, offset) =>
      stepIndexOf(program).on(index, first + offset),
    ).flat();
    const isWhole = column === undefined && endColumn === undefined;
    return {
      breakpoints: steps.flatMap((t, k) => {
        const { place } = program.reading(t);
        // For each location of a line the editor pushes in a mark, which would pull a text of characters apart.
        if (isWhole && k > 0 && follows(program.reading(steps[k - 1]).place, place)) return [];
        const isBefore = place.line === first && place.column < from;
        const isAfter = place.line === last && place.column > to;
        if (isBefore || isAfter) return [];
        return {
          line: toClientLine(session, place.line),
          column: toClientColumn(session, place.column),
        };
      }),
    };
  },
};

/** Without a gap, and on the same line. */
const follows = (before: StepPlace, place: StepPlace): boolean =>
  before.line === place.line && before.endLine === place.line && before.endColumn >= place.column;

/** An editor asks for what is on screen. */
const mostLines = 10_000;

function replace(
  session: Session,
  group: string,
  wanted: readonly NewBreakpoint[],
): DebugProtocol.Breakpoint[] {
  const program = session.launched?.program;
  const answers = session.breakpoints.replace(group, wanted, program);
  return answers.map((answer) => toBreakpoint(session, answer));
}

function typeOf(expression: string, environment: Environment) {
  const { kind, shape, activation } = compile(expression, environment).type;
  return { type: kind === "number" && shape.length === 0 ? "unit" : "other", activation } as const;
}

/** With its layer, so that it means the same wherever the session stands: `layers[0].h[3]`. */
function fullName(expression: string, environment: Environment): string {
  const { cell } = compile(expression, environment);
  if (!cell || !/^\w+(\[\d+\])?$/.test(expression)) return expression;
  const { layer, direction } = cell;
  return `layers[${layer}]${direction === "reverse" ? ".reverse" : ""}.${expression}`;
}
