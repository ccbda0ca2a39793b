/** Lets `backward` begin at one output instead of at a loss: what comes back is ∂y/∂ everything. */
import { outputRows, type Pass } from "./pass.ts";

/**
 * After a forward pass: the derivative of output number `output` of step `t` (the only one, for output at the last step) in
 * every sequence of the batch, each by itself.
 */
export function seedOutput(pass: Pass, t: number, output: number): void {
  const { current, model } = pass;
  if (current.holds === "nothing") throw new Error("A forward pass comes before its seed.");
  const { size } = model.description.output;
  const rows = outputRows(pass);
  const { gradient, last } = pass.output;
  gradient.fill(0, 0, rows * size);
  for (let b = 0; b < current.batch; b++) {
    gradient[((last ? 0 : t * current.batch) + b) * size + output] = 1;
  }
  current.holds = "losses";
}
