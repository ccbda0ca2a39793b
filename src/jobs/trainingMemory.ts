/** Whether a training fits into memory, before it begins. */
import { totalmem } from "node:os";
import { UserError } from "../config/problem.ts";
import type { TeamPlan } from "../engine/parallel/shard.ts";
import { trainingMemoryOf } from "../engine/trainingMemory.ts";

/** What addresses of 32 bits reach, less what kernels need besides. */
const mostAddressed = 4 * 2 ** 30 - 64 * 2 ** 20;
/** Of the machine's memory: the rest is the editor's, and everybody else's. */
const usableShare = 0.8;

const megabytes = (bytes: number): string =>
  `${Math.ceil(bytes / 2 ** 20).toLocaleString("en")} MB`;

/** Bytes that the training takes. Throws `UserError` with a batch that would fit when it is more than there is. */
export function requireMemory(
  plan: Omit<TeamPlan, "threads">,
  threads: number,
  limit = Math.min(mostAddressed, usableShare * totalmem()),
): number {
  const { modelBytes, batchBytes } = trainingMemoryOf(plan, threads);
  const bytes = modelBytes + batchBytes;
  if (bytes <= limit) return bytes;
  const { steps } = plan.trained;
  const fitting = largestFitting(plan, threads, limit);
  const needs = `This training needs ${megabytes(bytes)} at once, and ${megabytes(limit)} can be had`;
  if (modelBytes >= limit) {
    throw new UserError("memory", `${needs}: the network alone takes ${megabytes(modelBytes)}.`, {
      advice: "Make its layers or its vocabulary smaller.",
      path: ["model", "layers"],
    });
  }
  throw new UserError("memory", `${needs}.`, {
    advice:
      fitting >= 1
        ? `A "batch" of ${fitting} would fit; so would less than ${steps} steps ("bptt"), or "recompute": true.`
        : `Not even one sequence of ${steps} steps fits: cut it with "bptt", or make the layers smaller.`,
    path: ["training", fitting >= 1 ? "batch" : "bptt"],
  });
}

/** The largest batch that takes no more than `limit`; 0 where not even one sequence does. */
function largestFitting(plan: Omit<TeamPlan, "threads">, threads: number, limit: number): number {
  let [fits, tooMany] = [0, plan.trained.batch];
  while (tooMany - fits > 1) {
    const batch = (fits + tooMany) >> 1;
    const { trained, evaluated } = plan;
    const smaller = {
      ...plan,
      trained: { ...trained, batch },
      evaluated: evaluated && { ...evaluated, batch: Math.min(batch, evaluated.batch) },
    };
    const { modelBytes, batchBytes } = trainingMemoryOf(smaller, threads);
    if (modelBytes + batchBytes <= limit) fits = batch;
    else tooMany = batch;
  }
  return fits;
}
