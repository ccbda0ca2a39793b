/** How much memory a training takes, found by laying it out without allocating anything. */
import { createAveragedModel } from "./averagedModel.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { referenceKernels } from "./kernels/reference.ts";
import { bytesOf } from "./kernels/simdMemory.ts";
import { layOutModel } from "./model.ts";
import { createOptimizer } from "./optimizers/optimizer.ts";
import { createBatchBuffers } from "./parallel/inbox.ts";
import type { TeamPlan } from "./parallel/shard.ts";
import { createPass, type Capacity } from "./pass.ts";
import { createRandom } from "./rng.ts";

export interface TrainingMemory {
  /** Weights with their gradients, one set of gradients for each thread, and what the optimizer and an average keep. */
  readonly modelBytes: number;
  /** States, gates and their gradients over all steps of a batch, in training and validation. Grows with B and T. */
  readonly batchBytes: number;
}

export function trainingMemoryOf(plan: Omit<TeamPlan, "threads">, threads: number): TrainingMemory {
  const counted = { bytes: 0 };
  const kernels = countingKernels(counted);
  const model = layOutModel(plan.spec, kernels);
  const { parameterCount } = model.description;
  if (threads > 1) counted.bytes += threads * bytesOf(parameterCount);
  if (plan.averageDecay !== undefined) createAveragedModel(model, plan.averageDecay);
  createOptimizer(plan.optimizer, model.parameters, kernels);
  const modelBytes = counted.bytes;

  // Each thread has room for its sequences of a batch; all together for the batch.
  const share = (capacity: Capacity): Capacity => ({
    ...capacity,
    batch: Math.ceil(capacity.batch / threads),
  });
  const { trained, evaluated, spec } = plan;
  const capacities = evaluated ? [trained, evaluated] : [trained];
  counted.bytes = 0;
  createPass(model, share(trained), { dropout: createRandom(0) });
  if (evaluated) createPass(model, share(evaluated));
  if (threads === 1) return { modelBytes, batchBytes: counted.bytes };
  for (const capacity of capacities) createBatchBuffers(kernels, spec, share(capacity));
  const shares = counted.bytes * threads;
  counted.bytes = 0;
  for (const capacity of capacities) createBatchBuffers(kernels, spec, capacity);
  return { modelBytes, batchBytes: shares + counted.bytes };
}

/** As long as it claims to be for whoever asks, without the memory. */
const hollow = <Buffer extends object>(buffer: Buffer, length: number): Buffer =>
  Object.defineProperty(buffer, "length", { value: length });

/** Buffers that are counted and have no memory: they can be laid out, and nothing else. */
function countingKernels(counted: { bytes: number }): Kernels {
  const plain = referenceKernels("float32");
  const count = (length: number): void => {
    counted.bytes += bytesOf(length);
  };
  return {
    ...plain,
    allocate(length) {
      count(length);
      return hollow(new Float32Array(0), length);
    },
    allocateIntegers(length) {
      count(length);
      return hollow(new Int32Array(0), length);
    },
    allocatePacked(outputs, inputs) {
      // Panels of 16, as the vector kernels pack them.
      count(Math.ceil(outputs / 16) * 16 * inputs);
      return { data: new Float32Array(0), outputs, inputs };
    },
  };
}
