/** How weights start: those of the whole model, and those of a layer that says otherwise for itself. */
import * as z from "zod";

const inputInitialization = z
  .enum(["uniform", "xavier", "orthogonal"])
  .describe(
    "Input weights W_ih: `uniform` is PyTorch's U(−1/√H, 1/√H); `xavier` is Glorot & Bengio 2010.",
  );
const recurrentInitialization = z
  .enum(["uniform", "xavier", "orthogonal", "identity"])
  .describe(
    "Recurrent weights W_hh: `orthogonal` keeps gradient norms (Saxe et al. 2014); `identity` with `relu` is the IRNN of Le et al. 2015.",
  );
const forgetBias = z
  .number()
  .describe(
    "Added to the LSTM's forget-gate bias, so that it remembers from the start (Jozefowicz et al. 2015).",
  );

const ownInitialization =
  "How this layer's weights start, where it is not as `model.initialization` says.";
export const layerInitialization = z
  .strictObject({
    input: inputInitialization.optional(),
    recurrent: recurrentInitialization.optional(),
  })
  .optional()
  .describe(ownInitialization);
export const lstmInitialization = z
  .strictObject({
    input: inputInitialization.optional(),
    recurrent: recurrentInitialization.optional(),
    forgetBias: forgetBias.optional(),
  })
  .optional()
  .describe(ownInitialization);

export const initializationSchema = z
  .strictObject({
    input: inputInitialization.default("uniform"),
    recurrent: recurrentInitialization.default("orthogonal"),
    forgetBias: forgetBias.default(1),
  })
  .describe("How weights start. A layer may say otherwise for itself.");
