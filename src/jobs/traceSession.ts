/**
 * Everything that is asked about trained networks: sequences to look at, traces through them, and what
 * panels show of a trace; generating and forecasting. Reads run folders and never writes.
 */
import { basename } from "node:path";
import { UserError } from "../config/problem.ts";
import { followGradient } from "../analysis/gradientFlow.ts";
import { listSequences } from "../data/sequences.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import type { Counterfactual, TraceSummary } from "../protocol/traceSummary.ts";
import type { CheckpointChoice } from "../protocol/sequenceChoice.ts";
import type { WorkerContract } from "../protocol/workerContract.ts";
import { encodeTrace, type TraceRecords } from "../trace/encode.ts";
import { withChange } from "../trace/change.ts";
import { heatmapOf } from "../trace/heatmap.ts";
import type { Tensor } from "../trace/trace.ts";
import { normCurve } from "../trace/norms.ts";
import { createBreather } from "./breather.ts";
import { confusionOf, type Confusion } from "./confusion.ts";
import { forecast } from "./forecast.ts";
import { generate } from "./generate.ts";
import { instrumentTensors, type InstrumentChoice } from "./instrumentTensors.ts";
import { jacobianSpectra } from "./instruments.ts";
import { saliencyOf } from "./saliencyOf.ts";
import { scoreTranslations, type TranslationScores } from "./scoreTranslations.ts";
import { describeRun, loadRun, networkOf } from "./loadedRun.ts";
import { modelAsRun } from "./modelAsRun.ts";
import { modelSequence } from "./modelSequence.ts";
import { createOpenModels } from "./openModels.ts";
import { createRunData, fileSourceOf, type RunData } from "./runData.ts";
import { timelineColumns } from "./timelineColumns.ts";
import {
  chosenSequence,
  traceSequence,
  type Branch,
  type TracedSequence,
} from "./tracedSequence.ts";
import {
  createTraceStore,
  defaultTraceBounds,
  type TraceBounds,
  type TraceStore,
} from "./traceStore.ts";
import { requirePairs, translate } from "./translate.ts";

export interface TraceSessionOptions {
  /** Called for every computation, so that its memory can be let go as a whole. */
  readonly createKernels: () => Kernels;
  /** Folders that a run's config may read from besides its own. */
  readonly workspaceFolders?: readonly string[];
  readonly bounds?: TraceBounds;
  /** Where traces are kept; shared with the debugger, whose programs panels look at. */
  readonly traces?: TraceStore<TracedSequence>;
  readonly data?: RunData;
}

type Calls = WorkerContract["calls"];
type Answers<K extends keyof Calls> = (
  request: Parameters<Calls[K]>[0],
  context?: { readonly signal?: AbortSignal },
) => Promise<ReturnType<Calls[K]>>;

export interface TraceSession {
  readonly sequences: Answers<"sequences">;
  readonly trace: Answers<"trace">;
  readonly traceModel: Answers<"traceModel">;
  readonly summary: Answers<"summary">;
  readonly release: Answers<"release">;
  readonly columns: Answers<"columns">;
  readonly heatmap: Answers<"heatmap">;
  readonly norms: Answers<"norms">;
  readonly gradientFlow: Answers<"gradientFlow">;
  readonly jacobians: Answers<"jacobians">;
  readonly saliency: Answers<"saliency">;
  readonly generate: Answers<"generate">;
  readonly translate: Answers<"translate">;
  scoreTranslations(
    request: { readonly runFolder: string; readonly checkpoint: CheckpointChoice },
    signal?: AbortSignal,
  ): Promise<TranslationScores>;
  confusion(
    request: { readonly runFolder: string; readonly checkpoint: CheckpointChoice },
    signal?: AbortSignal,
  ): Promise<Confusion>;
  readonly forecast: Answers<"forecast">;
  /** The whole trace, to be saved as a safetensors file, with what the instruments find that were chosen. */
  records(trace: string, instruments?: InstrumentChoice): TraceRecords;
}

/** Each answer rejects with `UserError` for what a person can mend: a missing run, unknown tokens, data that is gone. */
export function createTraceSession(options: TraceSessionOptions): TraceSession {
  const { createKernels, workspaceFolders = [], bounds = defaultTraceBounds } = options;
  const { traces = createTraceStore(bounds), data = createRunData(workspaceFolders) } = options;
  const models = createOpenModels();

  return {
    async sequences({ runFolder, split, offset, limit }) {
      const dataset = await data.datasetOf(await describeRun(runFolder));
      return listSequences(dataset, split, offset, limit);
    },
    async trace({ runFolder, checkpoint, choice }) {
      const loaded = await loadRun(runFolder, checkpoint);
      const sequence = await chosenSequence(
        loaded,
        choice,
        () => data.datasetOf(loaded),
        () => fileSourceOf(loaded, workspaceFolders),
      );
      const traced = traceSequence(loaded, choice, sequence, createKernels());
      return summaryOf(traces.add(traced, bytesOf(traced)), traced);
    },
    async traceModel({ model, network: name, sequence: files }) {
      const network = await models.networkOf(model, name);
      const { sequence, ...output } = await modelSequence(network, files);
      const title = basename(model.file);
      const loaded = modelAsRun(model.file, title, network, output);
      const choice = { kind: "typed", text: sequence.title } as const;
      const traced = traceSequence(loaded, choice, sequence, createKernels());
      return summaryOf(traces.add(traced, bytesOf(traced)), traced);
    },
    async release({ trace }) {
      traces.release(trace);
      return null;
    },
    async summary({ trace }) {
      return summaryOf(trace, traces.get(trace));
    },
    async columns({ trace, steps }) {
      return { columns: timelineColumns(traces.get(trace), steps) };
    },
    async heatmap(request) {
      const { trace, branch } = traces.get(request.trace);
      return heatmapOf(withChange(trace, branch?.original.trace, request.tensor), request);
    },
    async norms(request) {
      const { trace, branch } = traces.get(request.trace);
      return normCurve(withChange(trace, branch?.original.trace, request.tensor), request);
    },
    async gradientFlow(request, context) {
      const { loaded, sequence, branch } = traces.get(request.trace);
      if (branch) throw onlyOfTheOriginal();
      const model = networkOf(loaded, createKernels());
      const following = followGradient(model, sequence.batch, request);
      // The longest of the answers: the others are not to wait for it.
      const breathe = createBreather();
      let next = following.next();
      while (!next.done) {
        context?.signal?.throwIfAborted();
        await breathe();
        next = following.next();
      }
      const { lossSteps, sourceSteps, values } = next.value;
      return {
        lossSteps: lossSteps.buffer,
        sourceSteps: sourceSteps.buffer,
        values: Float32Array.from(values).buffer,
      };
    },
    async jacobians(request, context) {
      const traced = traces.get(request.trace);
      return jacobianSpectra(traced, request, createKernels(), context?.signal);
    },
    async saliency(request, context) {
      const traced = traces.get(request.trace);
      return saliencyOf(traced, request, createKernels(), context?.signal);
    },
    async generate(request, context) {
      return generate(
        await loadRun(request.runFolder, request.checkpoint),
        request,
        createKernels(),
        context?.signal,
      );
    },
    async translate(request) {
      const loaded = await loadRun(request.runFolder, request.checkpoint);
      return translate(loaded, request, createKernels());
    },
    async scoreTranslations({ runFolder, checkpoint }, signal) {
      const loaded = await loadRun(runFolder, checkpoint);
      requirePairs(loaded);
      const dataset = await data.datasetOf(loaded);
      return scoreTranslations(loaded, dataset, createKernels, signal);
    },
    async confusion({ runFolder, checkpoint }, signal) {
      const loaded = await loadRun(runFolder, checkpoint);
      return confusionOf(loaded, await data.datasetOf(loaded), createKernels(), signal);
    },
    async forecast(request, context) {
      return forecast(
        await loadRun(request.runFolder, request.checkpoint),
        { steps: request.steps, workspaceFolders },
        createKernels(),
        context?.signal,
      );
    },
    records(id, instruments = { jacobians: false }) {
      const traced = traces.get(id);
      const { trace, sequence } = traced;
      const more = instrumentTensors(traced, instruments, createKernels);
      return encodeTrace(
        { ...trace, tensors: new Map([...trace.tensors, ...more.map(named)]) },
        sequence.steps.map(({ input }) => input),
      );
    },
  };
}

const named = (tensor: Tensor): readonly [string, Tensor] => [tensor.name, tensor];

function summaryOf(id: string, traced: TracedSequence): TraceSummary {
  const { loaded, choice, sequence, trace, loss, decoding, branch } = traced;
  const { run, checkpoint, update, modelFile } = loaded;
  const inputNames = sequence.steps[0]?.inputValues?.map(({ name }) => name);
  return {
    id,
    runFolder: run.folder,
    runName: run.record.name,
    checkpoint,
    update,
    ...(modelFile !== undefined && { modelFile }),
    sequence: { choice, title: sequence.title },
    model: trace.model,
    steps: trace.steps,
    ...(trace.sourceSteps !== undefined && { sourceSteps: trace.sourceSteps }),
    ...(inputNames && { inputNames }),
    loss,
    ...(decoding && { decoding }),
    tensors: [...trace.tensors.values()].map(({ name, axes, shape }) => ({ name, axes, shape })),
    ...(branch && { counterfactual: counterfactualOf(branch) }),
  };
}

const counterfactualOf = ({ original, originalId, edits, from }: Branch): Counterfactual => ({
  original: originalId,
  edits,
  from,
  originalLoss: original.loss,
});

const onlyOfTheOriginal = (): UserError =>
  new UserError("counterfactual", "Gradient flow is that of the original sequence.", {
    advice: "Undo the edits in the debugger to see it.",
  });

export const bytesOf = ({ trace, loaded }: TracedSequence): number =>
  [...trace.tensors.values(), ...loaded.parameters.values()].reduce(
    (sum, { data }) => sum + data.byteLength,
    0,
  );
