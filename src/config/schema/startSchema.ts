/** `training.start`: weights that a training begins with, in the place of drawn ones. */
import * as z from "zod";
import { path } from "./parts.ts";

export const startSchema = z
  .strictObject({
    from: path(
      "A model file (PyTorch, safetensors, ONNX, Keras) or the folder of a run, relative to this file and inside the workspace.",
    ),
    module: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Which recurrent network of the file, where it has several, such as `encoder.rnn`.",
      ),
    head: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Name of the linear layer on top, where several fit, or `none` for no linear layer at all.",
      ),
    checkpoint: z
      .enum(["best", "last"])
      .optional()
      .describe("Of a run: the weights with the best loss (the usual), or the last ones."),
    only: z
      .literal("matching")
      .optional()
      .describe(
        "Take what fits and leave the rest as it is drawn, such as an output for other classes. Without it everything has to fit.",
      ),
  })
  .describe(
    "Begin with the weights of a model that is trained already, to go on with it here (fine-tuning). Cells and sizes have to be the same; the optimizer begins anew.",
  );
