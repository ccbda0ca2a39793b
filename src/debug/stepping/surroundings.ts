/** Sub-steps that belong to no cell: what is read, what is looked at, what is said, and how wrong that was. */
import {
  attentionContext,
  attentionOutput,
  decoderInput,
  gradientOf,
  lossTitles,
} from "../../trace/names.ts";
import type { ModelDescription } from "../../trace/trace.ts";
import type { SubStep } from "./subSteps.ts";

const subStep = (title: string, equation: string, tensor: string, expression: string): SubStep => ({
  title,
  equation,
  terms: [],
  tensor,
  expression,
});

export const inputStep = ({ input }: ModelDescription): SubStep =>
  subStep(
    "input",
    input.kind === "dense"
      ? "x = the row, scaled as in training"
      : input.embedding === undefined
        ? "x = one-hot(token)"
        : "x = embedding.weight[token]",
    "input",
    "x",
  );

export const inputGradient = subStep(
  "gradient of the input",
  "dx = W_ihᵀ dL/d(W_ih x), summed over directions",
  gradientOf("input"),
  "dx",
);

export const decoderInputStep = subStep(
  "input of the decoder",
  "x = the token before, and what comes from the source",
  decoderInput,
  "decoder_input",
);

export const contextStep = subStep(
  "context",
  "context = Σ attention ⊙ states of the source",
  attentionContext,
  "context",
);

export const attentionOutputStep = subStep(
  "attention output",
  "attention_output = tanh(W [context; h])",
  attentionOutput,
  "attention_output",
);

export const decoderGradients: readonly SubStep[] = [
  subStep(
    "gradient of the attention output",
    "dL/d attention_output",
    gradientOf(attentionOutput),
    "dattention_output",
  ),
  subStep("gradient of the context", "dL/d context", gradientOf(attentionContext), "dcontext"),
];

export const outputSteps = ({ loss }: ModelDescription): readonly SubStep[] => [
  subStep("output", "output = W_y h + b_y", "output", "output"),
  subStep("loss", `loss = ${lossTitles[loss].title}, in ${lossTitles[loss].unit}`, "loss", "loss"),
];

export const outputGradient = ({ loss }: ModelDescription): SubStep =>
  subStep(
    "gradient of the output",
    loss === "cross-entropy"
      ? "doutput = (p − one-hot(target)) ⋅ share of the loss"
      : "doutput = dL/d output",
    gradientOf("output"),
    "doutput",
  );
