/** One step at a time for one sequence: generating text, forecasting from its own forecasts. */
import type { Batch } from "../trace/batch.ts";
import type { Real } from "../trace/trace.ts";
import { createPass, forwardPrepared, prepareWeights, restoreCarriedState } from "./bptt.ts";
import type { Model } from "./model.ts";

export interface Stepper {
  /**
   * Reads a token, or the numbers of one step, and returns the output (O) after it. The array is the stepper's
   * own and changes at the next step.
   */
  step(input: number | ArrayLike<number>): Real;
  /** Back to zero states, and to the model's weights as they are now. */
  reset(): void;
}

export function createStepper(model: Model): Stepper {
  const pass = createPass(model, { steps: 1, batch: 1 });
  const { input, output, layers } = model.description;
  if (layers.some(({ directions }) => directions.includes("reverse"))) {
    throw new Error("A network that also reads backwards cannot go one step at a time.");
  }
  const tokens = new Int32Array(1);
  const values = new Float64Array(input.kind === "dense" ? input.size : 0);
  const batch: Batch = {
    steps: 1,
    size: 1,
    lengths: Int32Array.of(1),
    input: input.kind === "dense" ? { kind: "dense", values } : { kind: "tokens", tokens },
    carry: true,
  };
  const result = pass.output.values.subarray(0, output.size);

  function load(given: number | ArrayLike<number>) {
    if (typeof given === "number") {
      if (input.kind !== "tokens")
        throw new Error("The model reads numbers, but was given a token.");
      tokens[0] = given;
    } else {
      if (input.kind !== "dense") throw new Error("The model reads tokens, but was given numbers.");
      if (given.length !== input.size) {
        throw new Error(
          `The model reads ${input.size} numbers in a step, but was given ${given.length}.`,
        );
      }
      values.set(given);
    }
  }

  prepareWeights(pass);
  return {
    step(given) {
      load(given);
      forwardPrepared(pass, batch);
      return result;
    },
    reset() {
      prepareWeights(pass);
      restoreCarriedState(pass, new Map());
    },
  };
}
