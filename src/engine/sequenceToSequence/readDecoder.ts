/** What a trace shows of a decoder besides its layers, and of attention. */
import {
  attentionContext,
  attentionOutput,
  attentionWeights,
  decoderInput,
  gradientOf,
} from "../../trace/names.ts";
import type { Attention } from "../attention/attention.ts";
import type { Add } from "../readTrace.ts";
import type { Decoder } from "./decoder.ts";

interface Sizes {
  /** S */
  readonly steps: number;
  readonly batch: number;
}

/** `addTarget` puts what has an axis of time behind the source's steps. */
export function readDecoder(
  { input, attention, combine, current }: Decoder,
  source: Sizes,
  withGradients: boolean,
  add: Add,
  addTarget: Add,
): void {
  const { steps } = current;
  const { batch } = source;
  const values = steps * batch * input.size;
  const shape = [steps, batch, input.size];
  addTarget(decoderInput, ["T", "B", "I"], shape, input.values.slice(0, values));
  if (withGradients) {
    const gradient = input.gradient.slice(0, values);
    addTarget(gradientOf(decoderInput), ["T", "B", "I"], shape, gradient);
  }
  if (attention) readAttention(attention, steps, source, withGradients, add, addTarget);
  if (!combine) return;
  const length = steps * batch * combine.size;
  const wide = [steps, batch, combine.size];
  addTarget(attentionOutput, ["T", "B", "H"], wide, combine.value.slice(0, length));
  if (!withGradients) return;
  const gradient = combine.gradient.slice(0, length);
  addTarget(gradientOf(attentionOutput), ["T", "B", "H"], wide, gradient);
}

/** Weights have axes of their own: `steps` that look, and the source's steps that they look at. */
export function readAttention(
  attention: Attention,
  steps: number,
  { steps: sourceSteps, batch }: Sizes,
  withGradients: boolean,
  add: Add,
  addContext: Add = add,
): void {
  const { weights, weightGradients, context, contextGradient, memorySize } = attention;
  const rows = steps * batch;
  const shape = [steps, batch, sourceSteps];
  // What pools a sequence belongs to no step of it.
  const pools = addContext === add;
  const wide = pools ? [batch, memorySize] : [steps, batch, memorySize];
  const axes = pools ? (["B", "H"] as const) : (["T", "B", "H"] as const);
  add(attentionWeights, ["D", "B", "S"], shape, weights.slice(0, rows * sourceSteps));
  addContext(attentionContext, axes, wide, context.slice(0, rows * memorySize));
  if (!withGradients) return;
  const gradients = weightGradients.slice(0, rows * sourceSteps);
  add(gradientOf(attentionWeights), ["D", "B", "S"], shape, gradients);
  const ofContext = contextGradient.slice(0, rows * memorySize);
  addContext(gradientOf(attentionContext), axes, wide, ofContext);
}
