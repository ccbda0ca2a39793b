/** `model`: the network. */
import { z } from "zod";
import { count, share } from "./parts.ts";

const bidirectional = z
  .boolean()
  .optional()
  .describe(
    "Read every sequence backwards as well, with weights of its own, and hand on both states side by side (Schuster & Paliwal 1997). Off unless `true`.",
  );

const dropout = share(
  "Share of what this layer hands on that is dropped in training, as PyTorch's `dropout`; nothing is dropped in validation.",
).optional();
const variational = z
  .boolean()
  .optional()
  .describe(
    "Drop the same units at every step of a sequence, not others at each (Gal & Ghahramani 2016). Off unless `true`.",
  );
const residual = z
  .boolean()
  .optional()
  .describe(
    "Add this layer's input to what it hands on, so that gradients find a way around it; both need the same size. Off unless `true`.",
  );

const layerNorm = z
  .boolean()
  .optional()
  .describe(
    "Layer normalization inside the cell (Ba et al. 2016, arXiv:1607.06450): W_ih x and W_hh h₋ are each brought to mean 0 and deviation 1 over the units and scaled by learnt gains, and so is the LSTM's c before its tanh. Off unless `true`.",
  );

const rnnLayer = z.strictObject({
  cell: z
    .literal("rnn")
    .describe("Vanilla recurrent cell of Elman 1990: h = tanh(W_ih x + b_ih + W_hh h₋ + b_hh)."),
  hidden: count("Units in the hidden state, H."),
  layerNorm,
  nonlinearity: z
    .enum(["tanh", "relu"])
    .default("tanh")
    .describe("What follows the sum; `tanh` keeps h within ±1, `relu` may explode."),
  bidirectional,
  dropout,
  variational,
  residual,
});
const lstmLayer = z.strictObject({
  cell: z
    .literal("lstm")
    .describe(
      "Long short-term memory of Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000.",
    ),
  hidden: count("Units: numbers in each gate and in the cell state, H."),
  projection: count(
    "Hand on a learnt linear map of the H units to this many numbers, P < H, instead of all of them: `proj_size` of PyTorch (Sak et al. 2014). h is then narrower than c.",
  ).optional(),
  peepholes: z
    .boolean()
    .optional()
    .describe(
      "Let the gates see the cell state: i and f the one before, o the new one, each unit its own (Gers et al. 2002). Helps where exact timing matters. Off unless `true`.",
    ),
  layerNorm,
  bidirectional,
  dropout,
  variational,
  residual,
});
const gruLayer = z.strictObject({
  cell: z.literal("gru").describe("Gated recurrent unit of Cho et al. 2014 (arXiv:1406.1078)."),
  hidden: count("Units in the hidden state, H."),
  layerNorm,
  reset: z
    .enum(["after", "before"])
    .default("after")
    .describe(
      "Where the reset gate acts: `after` the recurrent product as PyTorch and cuDNN, or `before` it as in the paper.",
    ),
  bidirectional,
  dropout,
  variational,
  residual,
});
const layer = z.discriminatedUnion("cell", [rnnLayer, lstmLayer, gruLayer]);

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
      .array(layer)
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

const initialization = z
  .strictObject({
    input: z
      .enum(["uniform", "xavier", "orthogonal"])
      .default("uniform")
      .describe(
        "Input weights W_ih: `uniform` is PyTorch's U(−1/√H, 1/√H); `xavier` is Glorot & Bengio 2010.",
      ),
    recurrent: z
      .enum(["uniform", "xavier", "orthogonal", "identity"])
      .default("orthogonal")
      .describe(
        "Recurrent weights W_hh: `orthogonal` keeps gradient norms (Saxe et al. 2014); `identity` with `relu` is the IRNN of Le et al. 2015.",
      ),
    forgetBias: z
      .number()
      .default(1)
      .describe(
        "Added to the LSTM's forget-gate bias, so that it remembers from the start (Jozefowicz et al. 2015).",
      ),
  })
  .describe("How weights start.");

export const modelSchema = z
  .strictObject({
    embedding: count(
      "Learn a vector of this many numbers for every token; without it tokens are one-hot.",
    ).optional(),
    layers: z.array(layer).min(1).describe("Recurrent layers, the first one next to the input."),
    decoder: decoder.optional(),
    pooling: pooling.optional(),
    initialization: initialization.prefault({}),
  })
  .describe("The network: embedding or one-hot input, recurrent layers, one linear output.");
