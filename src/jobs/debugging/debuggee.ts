/**
 * What the debugger debugs: a sequence through a trained network, kept together with the pass that computed it, so that
 * an edit computes the future from where it was made. One for each session.
 */
import { UserError } from "../../config/problem.ts";
import type { Debuggee, LaunchContext, Program, ProgramEdit } from "../../debug/debuggee.ts";
import { createBranching, type Branching } from "../../engine/branch.ts";
import type { Kernels } from "../../engine/kernels/kernels.ts";
import type { Model } from "../../engine/model.ts";
import { createBreather } from "../breather.ts";
import { createOpenModels } from "../openModels.ts";
import { decodeLabels } from "../labelDecoding.ts";
import { networkOf } from "../loadedRun.ts";
import type { RunData } from "../runData.ts";
import { bytesOf } from "../traceSession.ts";
import { refuseTooLong, withOwnAnswer, type TracedSequence } from "../tracedSequence.ts";
import type { TraceStore } from "../traceStore.ts";
import { describeEdit, interventionsOf, type Editable } from "./edits.ts";
import { readLaunchRequest, readRunFolder } from "./launchRequest.ts";
import { readModelLaunch } from "./modelLaunch.ts";
import { createProgram, parametersOf } from "./program.ts";
import { sourcesOf, type Sources } from "./sources.ts";
import { subjectOfModel, subjectOfRun, typedDocument, type Subject } from "./subject.ts";
import { untilItBreaks } from "./untilItBreaks.ts";

export interface DebuggeeOptions {
  readonly createKernels: () => Kernels;
  readonly workspaceFolders: readonly string[];
  readonly traces: TraceStore<TracedSequence>;
  readonly data: RunData;
}

/** What a launched program needs to be edited. */
interface Workbench {
  readonly model: Model;
  readonly branching: Branching;
  readonly sources: Sources;
  readonly original: TracedSequence;
  readonly program: Program;
  /** The edits of which the pass holds the result now. */
  held: readonly ProgramEdit[];
}

export function createDebuggee(options: DebuggeeOptions): Debuggee {
  const { createKernels, traces } = options;
  const breathe = createBreather();
  const models = createOpenModels();
  const inWords = new WeakMap<Program, readonly string[]>();
  let bench: Workbench | undefined;

  async function launch(
    { loaded, choice, sequence: asked, folder, initial, entry }: Subject,
    { report, signal }: LaunchContext,
  ): Promise<Program> {
    refuseTooLong(loaded.run.record.model, asked.batch.steps + (asked.batch.decoder?.steps ?? 0));
    signal.throwIfAborted();
    const model = networkOf(loaded, createKernels());
    const sequence = withOwnAnswer(model, loaded, asked);
    const branching = createBranching(model, sequence.batch, initial);
    const result = branching.run([], 0);
    const decoding = decodeLabels(result.trace, loaded.encoding, sequence.batch.target);
    const traced: TracedSequence = {
      loaded,
      choice,
      sequence,
      ...result,
      ...(decoding && { decoding }),
    };
    const sources = sourcesOf(sequence.steps, {
      title: sequence.title,
      folder,
      ...(choice.kind === "typed" &&
        loaded.modelFile === undefined && {
          document: { name: typedDocument, text: choice.text.replaceAll(/\r\n?/g, "\n") },
        }),
    });
    const program = createProgram({
      traceId: traces.add(traced, bytesOf(traced)),
      traced,
      parameters: parametersOf(model, []),
      sources,
      ...(entry && { entry }),
      edits: [],
    });
    bench = { model, branching, sources, original: traced, program, held: [] };
    report(describeLaunch(traced));
    return program;
  }

  /** The original with these edits and no others. */
  function branch(from: Program, edits: readonly ProgramEdit[]): Program {
    if (!bench) throw new Error("There is no program to edit.");
    const { model, branching, sources, original, program, held } = bench;
    if (edits.length === 0) {
      releaseBranch(from);
      return program;
    }
    if (model.description.decoder) {
      throw new UserError("edit", "The values of an encoder-decoder cannot be edited yet.", {
        advice: "Step through it as it is.",
      });
    }
    const editable: Editable = {
      trace: from.trace,
      model,
      branching,
      tokens: inputTokens(original),
    };
    const interventions = edits.flatMap((edit) => interventionsOf(edit, editable));
    const result = branching.run(interventions, firstDifference(held, edits));
    bench.held = edits;
    const before = inWords.get(from) ?? [];
    const latest = edits.at(-1);
    const words =
      edits.length > from.edits.length && latest
        ? [...before, describeEdit(latest, editable)]
        : before.slice(0, edits.length);
    const traced: TracedSequence = {
      ...original,
      ...result,
      decoding: decodeLabels(
        result.trace,
        original.loaded.encoding,
        original.sequence.batch.target,
      ),
      branch: {
        original,
        originalId: program.traceId,
        edits: words,
        from: firstStepOf(edits, original),
      },
    };
    const weights = interventions.filter((each) => each.kind === "parameter");
    releaseBranch(from);
    const branched = createProgram({
      traceId: traces.add(traced, bytesOf(traced)),
      traced,
      parameters: parametersOf(model, weights),
      sources,
      original: program,
      edits,
    });
    inWords.set(branched, words);
    return branched;
  }

  /** Panels have the next one; the original stays. */
  function releaseBranch({ traceId, original }: Program): void {
    if (original) traces.release(traceId);
  }

  return {
    async launch(request, configuration, context) {
      if (request === "launch") {
        const ofModel = readModelLaunch(configuration);
        const subject = ofModel
          ? await subjectOfModel(ofModel, models)
          : await subjectOfRun(readLaunchRequest(configuration), options);
        return launch(subject, context);
      }
      const runFolder = readRunFolder(configuration);
      await untilItBreaks(runFolder, context);
      const broken = { runFolder, checkpoint: "last", sequence: { kind: "broken" } } as const;
      return launch(await subjectOfRun(broken, options), context);
    },
    async edit(program, edit) {
      return branch(program, [...program.edits, edit]);
    },
    async undo(program) {
      return branch(program, program.edits.slice(0, -1));
    },
    // The host hears of it with the session's own event.
    cursorMoved: () => undefined,
    breathe,
    end() {
      bench = undefined;
    },
  };
}

function describeLaunch({ loaded, sequence, loss, trace }: TracedSequence): string {
  const { run, checkpoint, update, modelFile } = loaded;
  const weights =
    modelFile === undefined ? ` (${checkpoint} weights, after ${update} updates)` : "";
  const steps = `${trace.steps} step${trace.steps === 1 ? "" : "s"}`;
  const mean = loss === undefined ? "" : `, mean loss ${Number(loss.toPrecision(4))}`;
  return `${run.record.name}${weights} reads ${sequence.title}: ${steps}${mean}.`;
}

function inputTokens({ loaded }: TracedSequence): readonly string[] | undefined {
  const { encoding } = loaded;
  if ("vocabulary" in encoding) return encoding.vocabulary.tokens;
  return encoding.kind === "synthetic" ? encoding.symbols : undefined;
}

/** The first step whose edits differ between two lists, so that everything before it is what it was. */
function firstDifference(before: readonly ProgramEdit[], after: readonly ProgramEdit[]): number {
  const differing = [
    ...before.filter((edit) => !after.includes(edit)),
    ...after.filter((edit) => !before.includes(edit)),
  ];
  return differing.reduce((first, { t }) => Math.min(first, t), Infinity);
}

/** Where a layer reads backwards, an edit reaches the whole sequence. */
function firstStepOf(edits: readonly ProgramEdit[], { trace }: TracedSequence): number {
  const isTwoWay = trace.model.layers.some(({ directions }) => directions.length > 1);
  return isTwoWay ? 0 : edits.reduce((first, { t }) => Math.min(first, t), Infinity);
}
