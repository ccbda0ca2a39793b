/** What each request cannot do without, so that a message that lacks it is refused in words. */
import { RequestError } from "../requestError.ts";

type Kind = "number" | "string" | "list" | "object";

const required: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  scopes: { frameId: "number" },
  variables: { variablesReference: "number" },
  goto: { targetId: "number" },
  gotoTargets: { source: "object", line: "number" },
  breakpointLocations: { source: "object", line: "number" },
  setBreakpoints: { source: "object" },
  setFunctionBreakpoints: { breakpoints: "list" },
  setDataBreakpoints: { breakpoints: "list" },
  dataBreakpointInfo: { name: "string" },
  setExceptionBreakpoints: { filters: "list" },
  evaluate: { expression: "string" },
  completions: { text: "string", column: "number" },
  setVariable: { variablesReference: "number", name: "string", value: "string" },
  setExpression: { expression: "string", value: "string" },
  readMemory: { memoryReference: "string", count: "number" },
  "unroll/moveCursor": { t: "number" },
  "unroll/tensorOfVariable": { variablesReference: "number", name: "string" },
  "unroll/steps": { from: "number", to: "number" },
};

const isKind: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  number: (value) => typeof value === "number" && Number.isFinite(value),
  string: (value) => typeof value === "string",
  list: Array.isArray,
  object: (value) => typeof value === "object" && value !== null,
};

export function checkRequired(command: string, given: object): void {
  const values = new Map<string, unknown>(Object.entries(given));
  for (const [name, kind] of Object.entries(required[command] ?? {})) {
    if (isKind[kind](values.get(name))) continue;
    const article = kind === "object" ? "an" : "a";
    throw new RequestError(`"${command}" needs "${name}", ${article} ${kind}.`);
  }
}
