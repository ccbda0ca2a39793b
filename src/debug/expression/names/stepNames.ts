/** Names of what a step reads, says and gets wrong, whatever the layer. */
import {
  attentionContext,
  attentionOutput,
  attentionWeights,
  decoderInput,
  gradientOf,
} from "../../../trace/names.ts";
import type { Program } from "../../debuggee.ts";
import { stepsOfOutput } from "../../../trace/activeSteps.ts";
import type { Environment } from "../environment.ts";
import { numbersOf } from "../value.ts";
import {
  absence,
  checkComputed,
  checkStep,
  tensorMeaning,
  type Meaning,
  type Meanings,
} from "./meaning.ts";

/** Names of what there is only where the network says something. */
const saidOnly: ReadonlySet<string> = new Set(["output", "doutput"]);

const cache = new WeakMap<Program, Meanings>();

export function stepMeanings({ program }: Environment): Meanings {
  const meanings = cache.get(program) ?? meaningsOf(program);
  cache.set(program, meanings);
  return meanings;
}

function meaningsOf(program: Program): Meanings {
  const { trace, classes } = program;
  const meanings = new Map<string, Meaning>([
    ["t", numberMeaning("the step, from 0", (t) => t)],
    ["T", numberMeaning("how many steps the sequence has", () => trace.steps)],
    ["token", tokenMeaning(program)],
  ]);
  const tensors = [
    ["output", "output", "what the network says: logits, or numbers scaled as in training"],
    ["dx", gradientOf("input"), "dL/d what layer 0 reads"],
    ["doutput", gradientOf("output"), "dL/d output"],
    ["decoder_input", decoderInput, "what the lowest layer of the decoder reads"],
    [
      "attention",
      attentionWeights,
      "how much of what the step reads comes from each step of the source",
    ],
    ["context", attentionContext, "the states of the source, weighted by attention"],
    ["dcontext", gradientOf(attentionContext), "dL/d context"],
    ["attention_output", attentionOutput, "tanh(W [context; h]), which the output reads"],
    ["dattention_output", gradientOf(attentionOutput), "dL/d attention_output"],
  ] as const;
  for (const [name, tensorName, text] of tensors) {
    const tensor = trace.tensors.get(tensorName);
    const steps = saidOnly.has(name) ? stepsOfOutput(trace) : undefined;
    if (tensor) meanings.set(name, tensorMeaning(tensor, text, { steps }));
  }
  if (trace.tensors.has("loss")) {
    const loss = numberMeaning(
      "the loss that is taken at the step",
      (t) => lossAt(program, t),
      "loss",
    );
    meanings.set("loss", loss);
  }
  if (classes) {
    meanings.set("p", probabilityMeaning(program));
    const text = "number of the right class; label(target) is its text";
    const target = (t: number) =>
      t >= 0 && t < trace.steps ? program.reading(t).target : undefined;
    meanings.set("target", numberMeaning(text, target));
  }
  return meanings;
}

function numberMeaning(
  text: string,
  valueAt: (t: number) => number | undefined,
  tensor?: string,
): Meaning {
  return {
    text,
    compile: (environment, range) => ({
      type: { kind: "number", shape: [] },
      tensor,
      at(t) {
        if (tensor !== undefined) checkComputed(tensor, environment, t, range);
        const value = valueAt(t);
        if (value === undefined) throw absence(`There is none at step ${t}.`, range);
        return value;
      },
    }),
  };
}

const tokenMeaning = (program: Program): Meaning => ({
  text: "what was read, as text",
  compile: (_, range) => ({
    type: { kind: "text", shape: [] },
    at(t) {
      checkStep(t, program.trace, range);
      return program.reading(t).input;
    },
  }),
});

const probabilityMeaning = (program: Program): Meaning => ({
  text: "probability of each class",
  compile: (environment, range) => ({
    type: { kind: "number", shape: [program.trace.model.output.size] },
    at(t) {
      checkComputed("output", environment, t, range);
      checkStep(t, program.trace, range);
      const probabilities = program.probabilities(t);
      if (!probabilities) throw absence(`Nothing is predicted at step ${t}.`, range);
      return numbersOf(probabilities);
    },
  }),
});

/**
 * Where no loss is taken there is none, even when the tensor holds a zero there: dL/d it tells. A program without gradients
 * (what led to a weight that was edited on the way was another network) takes its losses where its original does.
 */
export function lossAt({ trace, original }: Program, t: number): number | undefined {
  const row = trace.model.output.at === "each-step" ? t : t === trace.steps - 1 ? 0 : -1;
  const name = gradientOf("loss");
  const shares = trace.tensors.get(name) ?? original?.trace.tensors.get(name);
  const share = shares?.data[row];
  return share === undefined || share === 0 ? undefined : trace.tensors.get("loss")?.data[row];
}
