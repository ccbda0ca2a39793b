/** `model`: the network. */
import * as z from "zod";
import { initializationSchema } from "./initializationSchema.ts";
import { layerSchema } from "./layerSchema.ts";
import { count } from "./parts.ts";

const attention = z
  .discriminatedUnion("score", [
    z.strictObject({
      score: z
        .literal("additive")
        .describe(
          "vᵀ tanh(W s + U h): looks with the state before each step, which then reads what was found (Bahdanau et al. 2015).",
        ),
      size: count("Units of the layer that scores, A.").default(32),
    }),
    z.strictObject({
      score: z
        .literal("dot")
        .describe(
          "sᵀ h: looks with the state after each step, on the way to the output; both need the same size (Luong et al. 2015).",
        ),
    }),
    z.strictObject({
      score: z
        .literal("general")
        .describe("sᵀ W h: as `dot`, with a learnt map between the two (Luong et al. 2015)."),
    }),
  ])
  .describe("Let every step of the decoder look at all steps of the source.");

const decoder = z
  .strictObject({
    embedding: count(
      "Learn a vector of this many numbers for every token that is written; without it tokens are one-hot.",
    ).optional(),
    layers: z
      .array(layerSchema)
      .min(1)
      .describe("Recurrent layers of the decoder, the first one next to the tokens."),
    start: z
      .enum(["copy", "map", "zero"])
      .optional()
      .describe(
        "What its states begin with: `copy` takes the encoder's last ones, layer by layer (Sutskever et al. 2014); `map` is tanh of a learnt map of the top one's (Cho et al. 2014); `zero` leaves all to attention. Without it: `copy` where the sizes fit, else `map`.",
      ),
    context: z
      .boolean()
      .optional()
      .describe(
        "Read the encoder's last states at every step, beside the token (Cho et al. 2014). Off unless `true`.",
      ),
    attention: attention.optional(),
  })
  .describe(
    "Makes an encoder-decoder: `layers` read the source, and these write the target, one token after the other.",
  );

const pooling = z
  .strictObject({
    kind: z
      .literal("attention")
      .describe("A learnt vector looks at all steps (Yang et al. 2016; Raffel & Ellis 2015)."),
    size: count("Units of the layer that scores, A.").default(32),
  })
  .describe(
    "For one answer to a whole sequence: read a weighted mean of all steps, not the last one only.",
  );

export const modelSchema = z
  .strictObject({
    embedding: count(
      "Learn a vector of this many numbers for every token; without it tokens are one-hot.",
    ).optional(),
    layers: z
      .array(layerSchema)
      .min(1)
      .describe("Recurrent layers, the first one next to the input."),
    decoder: decoder.optional(),
    pooling: pooling.optional(),
    initialization: initializationSchema.prefault({}),
  })
  .describe("The network: embedding or one-hot input, recurrent layers, one linear output.");
