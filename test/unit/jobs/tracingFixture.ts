/** Runs that were trained for a moment, and sessions that answer for them. */
import { UserError } from "../../../src/config/problem.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { createTraceSession } from "../../../src/jobs/traceSession.ts";
import { train } from "../../../src/jobs/train.ts";
import type { SequenceChoice } from "../../../src/protocol/sequenceChoice.ts";
import { experiment, type ConfigChanges, type Kind } from "./trainingFixture.ts";

export const kernels = () => referenceKernels("float32");

/** A run of some kind after one epoch, and a session that answers for it. */
export async function trained(kind: Kind, changes: ConfigChanges = {}) {
  const training = { epochs: 1, ...changes.training };
  const request = await experiment(kind, { ...changes, training });
  const { runFolder } = await train({ ...request, createKernels: kernels });
  const session = createTraceSession({ createKernels: kernels });
  const open = (choice: SequenceChoice, checkpoint: "best" | "last" = "last") =>
    session.trace({ runFolder, checkpoint, choice });
  return { ...request, runFolder, session, open };
}

export const example = (index: number, split: "training" | "validation" = "training") =>
  ({ kind: "example", split, index }) as const;

export const typed = (text: string) => ({ kind: "typed", text }) as const;

/** What a call rejects with, which has to be something that the person can mend. */
export async function problemOf(call: Promise<unknown>): Promise<UserError> {
  const error = await call.then(
    () => new Error("It did not reject."),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw error;
  return error;
}
