/** Weights from a checkpoint back into a network. */
import { UserError } from "../config/problem.ts";
import type { Model } from "../engine/model.ts";
import type { StoredParameter } from "../runs/checkpoint.ts";

/** Changes nothing unless everything fits. Throws `UserError` naming the parameter that does not. */
export function restoreParameters(model: Model, saved: ReadonlyMap<string, StoredParameter>): void {
  const pairs = model.parameters.map((parameter) => {
    const stored = saved.get(parameter.name);
    if (!stored) throw unfit(`it has no "${parameter.name}"`);
    if (stored.shape.join() !== parameter.shape.join()) {
      throw unfit(
        `"${parameter.name}" has the shape (${stored.shape.join(",")}) instead of (${parameter.shape.join(",")})`,
      );
    }
    return { parameter, stored };
  });
  for (const { parameter, stored } of pairs) parameter.value.set(stored.data);
}

const unfit = (reason: string): UserError =>
  new UserError("checkpoint", `The checkpoint does not fit its network: ${reason}.`, {
    advice: "The run's folder mixes files of different runs. Train it again.",
  });
