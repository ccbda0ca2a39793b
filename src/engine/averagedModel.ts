/** An exponential moving average of a model's weights, as a second model with the same shape. */
import type { Real } from "../trace/trace.ts";
import type { Model } from "./model.ts";

export interface AveragedModel {
  /** Holds the average once there was an update; its gradients are the first model's and mean nothing here. */
  readonly model: Model;
  /** Takes in the weights as they are now. */
  update(): void;
  /** Copies for a checkpoint: `average.NAME`, and `average.count`, the updates taken in. */
  state(): ReadonlyMap<string, Real>;
  restore(state: ReadonlyMap<string, Real>): void;
}

/**
 * As torch.optim.swa_utils.AveragedModel with get_ema_multi_avg_fn: the first update copies, each later one makes
 *   a ← δ a + (1 − δ) p
 */
export function createAveragedModel(model: Model, decay: number): AveragedModel {
  const parameters = model.parameters.map((parameter) => ({
    ...parameter,
    value: model.kernels.allocate(parameter.value.length),
  }));
  let count = 0;
  return {
    model: { ...model, parameters },
    update() {
      const share = count === 0 ? 1 : 1 - decay;
      count++;
      for (const [index, { value }] of parameters.entries()) {
        const current = model.parameters[index].value;
        if (share === 1) value.set(current);
        else for (let k = 0; k < value.length; k++) value[k] += share * (current[k] - value[k]);
      }
    },
    state() {
      const state = new Map<string, Real>([["average.count", Float64Array.of(count)]]);
      for (const { name, value } of parameters) state.set(`average.${name}`, value.slice());
      return state;
    },
    restore(state) {
      const saved = parameters.map(({ name, value }) => {
        const average = state.get(`average.${name}`);
        if (average?.length !== value.length) {
          throw new Error(`The saved averages lack "${name}", or it has another size.`);
        }
        return average;
      });
      count = state.get("average.count")?.[0] ?? 0;
      for (const [index, { value }] of parameters.entries()) value.set(saved[index]);
    },
  };
}
