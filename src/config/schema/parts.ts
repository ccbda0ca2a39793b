/** Kinds of values that recur in the schema. */
import * as z from "zod";

// A content security policy without `unsafe-eval` applies where this may run.
z.config({ jitless: true });

export const count = (description: string) => z.int().positive().describe(description);
export const share = (description: string) => z.number().min(0).lt(1).describe(description);
export const path = (description: string) => z.string().min(1).describe(description);

/** Of frames and sounds alike. */
export const standardize = z
  .boolean()
  .default(true)
  .describe("Shift and scale every number to mean 0 and deviation 1, fitted on the training part.");
