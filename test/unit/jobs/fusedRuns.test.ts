/** Whether products and additions are rounded once or twice changes last bits, so that a run goes on as it began. */
import { describe, expect, it } from "vitest";
import { createKernels } from "../../../src/jobs/kernels.ts";
import { train } from "../../../src/jobs/train.ts";
import { readCheckpoint } from "../../../src/runs/checkpoint.ts";
import { experiment, remains, stopAfter } from "./trainingFixture.ts";

/** Node 20 does not know the instructions. */
const isKnown = Number.parseInt(process.versions.node, 10) >= 22;
const unfused = () => createKernels({ fused: false });

describe("kernels with fused multiplications and additions", () => {
  it.runIf(isKnown)("are what a job computes with, unless it is told not to", () => {
    expect(createKernels().fused).toBe(true);
    expect(unfused().fused).toBe(false);
    expect(createKernels({ kernels: "reference" }).fused).toBe(false);
  });

  it.runIf(isKnown)("are kept by a run that goes on, and so is doing without", async () => {
    const request = await experiment();
    const whole = await train({ ...request, createKernels: unfused });
    const fused = await train(request);
    expect((await readCheckpoint(fused.runFolder, "last")).training?.fused).toBe(true);
    expect((await remains(fused.runFolder)).last).not.toEqual(
      (await remains(whole.runFolder)).last,
    );

    const stopped = await train({ ...request, createKernels: unfused }, stopAfter(4));
    const resumed = await train({ ...request, resume: stopped });
    expect(resumed.state).toBe("finished");
    expect((await readCheckpoint(resumed.runFolder, "last")).training?.fused).toBe(false);
    expect((await remains(resumed.runFolder)).last).toEqual((await remains(whole.runFolder)).last);
  });
});
