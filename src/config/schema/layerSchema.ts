/** `model.layers`: a recurrent layer, of whichever cell. */
import * as z from "zod";
import { layerInitialization, lstmInitialization } from "./initializationSchema.ts";
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
  initialization: layerInitialization,
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
  initialization: lstmInitialization,
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
  initialization: layerInitialization,
});
export const layerSchema = z.discriminatedUnion("cell", [rnnLayer, lstmLayer, gruLayer]);
