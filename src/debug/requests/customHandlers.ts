/** What the extension asks beyond the protocol; see `customRequests.ts`. */
import { clampRange } from "../../trace/buckets.ts";
import type { CustomRequests } from "../customRequests.ts";
import { compile } from "../expression/compile.ts";
import { programOf, undoEdit } from "../session.ts";
import { summarizeStep } from "../stepSummary.ts";
import { ablate, ablateUnit, unitOf } from "./assign.ts";
import { findItem } from "./findItem.ts";
import type { Handlers } from "./requests.ts";
import { goToStep } from "./stepping.ts";

export const customHandlers: Handlers<keyof CustomRequests> = {
  "unroll/moveCursor"(session, { t }) {
    goToStep(session, t);
    return null;
  },
  async "unroll/ablate"(session, request) {
    if ("name" in request) {
      const { expression, environment } = findItem(
        session,
        request.variablesReference,
        request.name,
      );
      await ablate(session, expression, environment);
    } else await ablateUnit(session, request);
    return null;
  },
  async "unroll/undo"(session) {
    await undoEdit(session);
    return null;
  },
  "unroll/tensorOfVariable"(session, { variablesReference, name }) {
    const { expression, environment } = findItem(session, variablesReference, name);
    const compiled = compile(expression, environment);
    return { tensor: compiled.tensor, ...compiled.cell, unit: unitOf(compiled)?.unit };
  },
  "unroll/steps"(session, { from, to }) {
    const program = programOf(session);
    const [start, end] = clampRange([from, to], program.trace.steps);
    return {
      total: program.trace.steps,
      steps: Array.from({ length: end - start }, (_, k) => summarizeStep(program, start + k)),
    };
  },
};
