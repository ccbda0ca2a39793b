/**
 * The thread that computes, so that the editor never waits. Wires the jobs to the host's calls and
 * computes nothing itself. One worker trains one network at a time.
 */
import { parentPort, workerData } from "node:worker_threads";
import { UserError } from "../config/problem.ts";
import { checkGradients } from "../jobs/checkGradients.ts";
import { gradientCheckText } from "../jobs/gradientCheckText.ts";
import { inspect } from "../jobs/inspect.ts";
import { createKernels } from "../jobs/kernels.ts";
import { createPauseGate } from "../jobs/pauseGate.ts";
import { createModelSession } from "../jobs/modelSession.ts";
import { createDebuggee } from "../jobs/debugging/debuggee.ts";
import { createRunData } from "../jobs/runData.ts";
import type { TracedSequence } from "../jobs/tracedSequence.ts";
import { createTraceStore } from "../jobs/traceStore.ts";
import { createTraceSession } from "../jobs/traceSession.ts";
import { train } from "../jobs/train.ts";
import { confusionText } from "../jobs/confusionText.ts";
import { translationScoresText } from "../jobs/translationScoresText.ts";
import { serve } from "../protocol/channel.ts";
import type { WorkerContract } from "../protocol/workerContract.ts";
import { workerTransport } from "../protocol/workerTransport.ts";
import { createDebugSessions } from "./debugSessions.ts";
import { giveWay } from "./giveWay.ts";
import { readWorkerOptions } from "./workerOptions.ts";

if (!parentPort) throw new Error("This file is the entry of a worker thread.");

const { workspaceFolders, wideVectors } = readWorkerOptions(workerData);
const traces = createTraceStore<TracedSequence>();
const data = createRunData(workspaceFolders);
const session = createTraceSession({ createKernels, workspaceFolders, traces, data });
const debugging = createDebugSessions({
  createDebuggee: () => createDebuggee({ createKernels, workspaceFolders, traces, data }),
  emit: (about, message) => server.emit("debugMessage", { session: about, message }),
});
const shardScript = new URL("./shard.js", import.meta.url);
/** Of the training that runs. */
let gate: ReturnType<typeof createPauseGate> | undefined;

const server = serve<WorkerContract>(workerTransport(parentPort), {
  ...session,
  ...createModelSession(),
  inspect: (request) => inspect({ ...request, workspaceFolders }),
  async checkGradients(request, { signal }) {
    const result = await checkGradients(
      { ...request, workspaceFolders },
      { signal, onProgress: (progress) => server.emit("checked", progress) },
    );
    return { text: gradientCheckText(result), passed: result.passed };
  },
  async scoreTranslations(request, { signal }) {
    return { text: translationScoresText(await session.scoreTranslations(request, signal)) };
  },
  async confusion(request, { signal }) {
    return { text: confusionText(await session.confusion(request, signal)) };
  },
  async train(request, { signal }) {
    if (gate) {
      throw new UserError("busy", "A network is being trained already.", {
        advice: "Wait until it has finished, or stop it.",
      });
    }
    gate = createPauseGate();
    giveWay();
    try {
      return await train(
        {
          ...request,
          workspaceFolders,
          createKernels: (choice) => createKernels({ ...choice, wide: wideVectors }),
          shardScript,
        },
        {
          signal,
          pauseGate: gate,
          onProgress: (report) => server.emit("progress", report),
          onWarning: (message) => server.emit("warned", { message }),
        },
      );
    } finally {
      gate = undefined;
    }
  },
  debugSend({ session: about, message }) {
    debugging.send(about, message);
    return null;
  },
  debugEnd({ session: about }) {
    debugging.end(about);
    return null;
  },
  pause() {
    gate?.pause();
    return null;
  },
  resume() {
    gate?.resume();
    return null;
  },
});
