/**
 * How much of the loss at one step reaches the hidden state at an earlier one: ‖∂L_t/∂h_k‖, the matrix
 * in which a vanishing gradient can be seen (Pascanu et al. 2013, arXiv:1211.5063, eq. 5).
 */
import type { Model } from "../engine/model.ts";
import { gradientOf } from "../trace/names.ts";
import type { Direction, Trace } from "../trace/trace.ts";
import { createFlowSweep } from "./flowSweep.ts";
import { sampleEvenly } from "./sampleEvenly.ts";

export interface GradientFlowRequest {
  readonly layer: number;
  readonly direction: Direction;
  /** At most so many loss steps and source steps, evenly spread; the first and last are among them. */
  readonly rows: number;
  readonly columns: number;
}

export interface GradientFlowMatrix {
  /** Ascending. Only steps at which a loss is taken. */
  readonly lossSteps: Uint32Array<ArrayBuffer>;
  /** Ascending. */
  readonly sourceSteps: Uint32Array<ArrayBuffer>;
  /**
   * (lossSteps, sourceSteps) L2 norm of the total derivative of L_t with respect to h_k: along every
   * way up and forward through the network. NaN where k > t, which nothing of h_k can reach.
   */
  readonly values: Float64Array<ArrayBuffer>;
}

/**
 * L_t is what the loss would be if step t alone were weighted: the cross-entropy at t, or the mean
 * squared error over the outputs at t. `trace` is a pass of one sequence through `model` with its
 * weights as they are now; when it has no loss or no backward pass, the matrix has no rows. What the
 * sweep allocates comes from the model's kernels.
 */
export function gradientFlow(
  model: Model,
  trace: Trace,
  request: GradientFlowRequest,
): GradientFlowMatrix {
  const following = followGradient(model, trace, request);
  for (;;) {
    const { done, value } = following.next();
    if (done) return value;
  }
}

/** `gradientFlow` that lets its caller do something else after every step back through time. */
export function* followGradient(
  model: Model,
  trace: Trace,
  request: GradientFlowRequest,
): Generator<undefined, GradientFlowMatrix> {
  const { layer, direction } = request;
  if (!model.description.layers[layer]?.directions.includes(direction)) {
    throw new Error(`The network has no layer ${layer} that runs ${direction}.`);
  }
  if (model.description.layers.some(({ directions }) => directions.includes("reverse"))) {
    throw new Error("Gradient flow is followed here only through networks that run forward.");
  }
  if (model.description.layers.some(({ residual }) => residual)) {
    throw new Error(
      "Gradient flow is followed here only through networks without residual layers.",
    );
  }
  if (trace.batch !== 1)
    throw new Error("Gradient flow is followed through one sequence at a time.");

  const allSteps = [...Array(trace.steps).keys()];
  const lossSteps = Uint32Array.from(sampleEvenly(stepsWithLoss(trace), request.rows));
  const sourceSteps = Uint32Array.from(sampleEvenly(allSteps, request.columns));
  const values = new Float64Array(lossSteps.length * sourceSteps.length).fill(NaN);
  const lastRow = lossSteps.length - 1;
  if (lastRow < 0) return { lossSteps, sourceSteps, values };

  const columnOf = new Map(Array.from(sourceSteps, (step, column) => [step, column]));
  const sweep = createFlowSweep(model, trace, { bottom: layer, lossSteps: lossSteps.toReversed() });
  for (let k = lossSteps[lastRow]; k >= 0; k--) {
    const norms = sweep.stepBack(k);
    const column = columnOf.get(k);
    if (column !== undefined) {
      norms.forEach((norm, slot) => {
        values[(lastRow - slot) * sourceSteps.length + column] = norm;
      });
    }
    yield;
  }
  return { lossSteps, sourceSteps, values };
}

function stepsWithLoss(trace: Trace): readonly number[] {
  const shares = trace.tensors.get(gradientOf("loss"))?.data ?? [];
  const atLast = trace.model.output.at === "last-step";
  const steps: number[] = [];
  shares.forEach((share, t) => {
    if (share > 0) steps.push(atLast ? trace.steps - 1 : t);
  });
  return steps;
}
