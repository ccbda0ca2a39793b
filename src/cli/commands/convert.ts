/** `unroll convert`: a run, or a model file of another framework, in another format. */
import { stat } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { createModelSession } from "../../jobs/modelSession.ts";
import type { ModelCalls } from "../../protocol/modelContract.ts";
import { defineCommand, oneOf } from "../command.ts";
import { exitCodes } from "../environment.ts";
import { findRun } from "../findRun.ts";

const help = `Usage: unroll convert IN OUT [--module NAME] [--nonlinearity tanh|relu] [--checkpoint best|last]

Writes a recurrent network in the format that the name OUT asks for:

  .safetensors      its weights
  .pt, .pth         its weights as a PyTorch state dict; torch.load(…, weights_only=True) takes it
  .onnx             a graph for onnxruntime, 32-bit floats (no layer normalization, projection or decoder)
  .py               a torch.nn.Module to read and run, with a .pt of its weights beside it; what torch.nn does not
                    have is written out, and an encoder-decoder translates

  IN                a model file (.safetensors, .pt, .onnx, .keras, …), or a run: its folder, id, name, or "latest".
                    The vocabulary of a run goes beside OUT as .vocabulary.json
  --module          which network of the file, where it has several
  --nonlinearity    of plain RNNs, where the file does not say
  --head, --norm, --embedding
                    name of the linear layer on top, of the layer normalization under it, and of the embedding below, or "none"
  --checkpoint      of a run: the weights with the best loss, or the last ones (default best)
`;

export const convertCommand = defineCommand({
  name: "convert",
  summary: "write a run or a model file in another format",
  help,
  options: {
    module: { type: "string" },
    nonlinearity: { type: "string" },
    head: { type: "string" },
    norm: { type: "string" },
    embedding: { type: "string" },
    checkpoint: { type: "string", default: "best" },
  },
  positionals: { least: 2, most: 2 },
  async run({ values, positionals: [from, to] }, { out, folder }) {
    const checkpoint = oneOf("--checkpoint", values.checkpoint, ["best", "last"]);
    const { nonlinearity, head, norm, embedding, module } = values;
    const file = resolve(folder, from);
    const source: Parameters<ModelCalls["exportModel"]>[0]["source"] = (await isFile(file))
      ? {
          file,
          answers: {
            ...(nonlinearity !== undefined && {
              nonlinearity: oneOf("--nonlinearity", nonlinearity, ["tanh", "relu"]),
            }),
            ...(head !== undefined && { head }),
            ...(norm !== undefined && { norm }),
            ...(embedding !== undefined && { embedding }),
          },
          ...(module !== undefined && { network: module }),
        }
      : { runFolder: (await findRun(from, folder)).folder, checkpoint };
    const { files } = await createModelSession().exportModel({ source, out: resolve(folder, to) });
    for (const written of files) out.write(`Wrote ${relative(folder, written)}\n`);
    return exitCodes.done;
  },
});

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (status) => status.isFile(),
    () => false,
  );
