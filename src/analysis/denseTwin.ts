/**
 * A network that reads vectors where the original reads tokens: the same weights behind the embedding, fed with what the
 * embedding (or the one-hot table) gave. Its input can be moved a little, or scaled, which a token's number cannot.
 */
import { createModel, parameterOf, type Model } from "../engine/model.ts";
import { createRandom } from "../engine/rng.ts";
import type { Batch } from "../trace/batch.ts";
import { tensorOf, type Trace } from "../trace/trace.ts";

/** The weights are copied: those of the original may change without the twin. */
export function denseTwin(model: Model): Model {
  const { spec, kernels } = model;
  const { input } = model.description;
  const twin = createModel(
    {
      ...spec,
      input:
        input.kind === "dense"
          ? spec.input
          : {
              kind: "dense",
              size: input.embedding ?? input.vocabulary,
              ...(input.condition && { condition: input.condition, readsOn: true }),
            },
    },
    { kernels, random: createRandom(0) },
  );
  for (const { name, value } of twin.parameters) value.set(parameterOf(model, name).value);
  return twin;
}

/** The batch as the twin reads it: `trace` is of the same batch through the original. */
export function denseInput(
  batch: Batch,
  trace: Trace,
): Batch & {
  readonly input: { readonly kind: "dense"; readonly values: Float64Array };
} {
  const { data, shape } = tensorOf(trace, "input");
  // Behind the steps of an encoder-decoder's source follow those of its target.
  const values = Float64Array.from(data.subarray(0, batch.steps * batch.size * shape[2]));
  return { ...batch, input: { kind: "dense", values } };
}
