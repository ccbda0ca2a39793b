import { ExpressionError } from "./expressionError.ts";

/** What `work` gives, or `otherwise` where a value is absent: no loss is taken there, nothing is before it. */
export function orAbsent<T, U>(work: () => T, otherwise: U): T | U {
  try {
    return work();
  } catch (error) {
    if (error instanceof ExpressionError && error.isAbsence) return otherwise;
    throw error;
  }
}
