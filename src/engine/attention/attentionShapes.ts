/** Which parameters attention has, as `score.ts` and `attentionPooling.ts` use them. */
import type { AttentionDescription, ModelDescription } from "../../trace/trace.ts";
import type { ParameterShape } from "../parameterShapes.ts";

/**
 * Where the context enters. Bahdanau et al. look with the state before a step, and the step reads what they find; Luong et al.
 * look with the state after it, and both go through one more layer to the output.
 */
export const looksBefore = ({ score }: AttentionDescription): boolean => score === "additive";

/** `query` is H of the decoder's top layer, `memory` how many numbers the encoder hands on at a step. */
export function attentionShapes(
  attention: AttentionDescription,
  query: number,
  memory: number,
): readonly ParameterShape[] {
  if (attention.score === "additive") {
    const { size } = attention;
    return [
      { name: "attention.query.weight", shape: [size, query] },
      { name: "attention.key.weight", shape: [size, memory] },
      { name: "attention.score.weight", shape: [size] },
    ];
  }
  const combine = { name: "attention.combine.weight", shape: [query, memory + query] };
  if (attention.score === "general") {
    return [{ name: "attention.key.weight", shape: [query, memory] }, combine];
  }
  if (query === memory) return [combine];
  throw new Error(
    `The dot product needs as many numbers from the encoder, ${memory}, as the decoder has units, ${query}.`,
  );
}

export const poolingShapes = (
  { size }: NonNullable<ModelDescription["pooling"]>,
  memory: number,
): readonly ParameterShape[] => [
  { name: "attention.key.weight", shape: [size, memory] },
  { name: "attention.key.bias", shape: [size] },
  { name: "attention.score.weight", shape: [size] },
];
