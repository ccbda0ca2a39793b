/** Opens a model file of any framework. The bytes decide what it is; its name only helps to say what it is not. */
import { UserError } from "../config/problem.ts";
import type { FileTensor } from "../formats/fileTensor.ts";
import { isNpy } from "../formats/npy.ts";
import { decodeNpz } from "../formats/npz.ts";
import { openSafetensors } from "../formats/safetensors.ts";
import { isLegacyTorch } from "../formats/torch/torchFile.ts";
import { isZip, openZip } from "../formats/zip.ts";
import type { ModelAnswers, ModelContents } from "./modelContents.ts";
import type { ExternalData } from "../formats/onnx/onnxTensor.ts";
import { isHdf5 } from "../formats/hdf5/hdf5File.ts";
import { openKerasArchive, openKerasHdf5 } from "./keras/kerasModel.ts";
import { openOnnxModel } from "./onnx/onnxModel.ts";
import {
  answersWith,
  descriptionKey,
  vocabularyKey,
  withOwnDescription,
} from "./ownDescription.ts";
import { withOwnParameters } from "./ownParameters.ts";
import { openTorchModel } from "./pytorch.ts";
import { networksOfStateDict, type ModuleFacts } from "./stateDict.ts";

/**
 * `external` finds what lies beside the model, by a path that stays in its folder. Throws `FormatError` for damaged files and `UserError` for what is whole but cannot be read. A file without a
 * recurrent network is neither: its contents say so.
 */
export function openModelFile(
  bytes: Uint8Array,
  name: string,
  answers: ModelAnswers = {},
  external: ExternalData = () => undefined,
): ModelContents {
  if (bytes.length === 0) {
    throw new UserError("model", `${name} is empty.`, { advice: "Save the model again." });
  }
  if (isZip(bytes)) return openArchive(bytes, name, answers);
  if (isLegacyTorch(bytes)) return torchContents(bytes, answers);
  if (name.endsWith(".pb")) throw savedModel(name);
  if (isHdf5(bytes)) return openKerasHdf5(bytes, answers);
  if (isOnnx(bytes)) return openOnnxModel(bytes, external);
  refuseOthers(bytes, name);
  const { tensors, metadata } = openSafetensors(bytes);
  return stateDictContents(
    { format: "safetensors", title: "safetensors", tensors, metadata, fileBytes: bytes.length },
    answers,
  );
}

function openArchive(bytes: Uint8Array, name: string, answers: ModelAnswers): ModelContents {
  const entries = openZip(bytes);
  const names = [...entries.keys()];
  if (names.some((entry) => /(^|\/)data\.pkl$/.test(entry)))
    return torchContents(bytes, answers, ownNotes(entries));
  if (entries.has("config.json")) return openKerasArchive(entries, answers);
  if (names.length > 0 && names.every((entry) => entry.endsWith(".npy"))) {
    const tensors = decodeNpz(bytes);
    const file = {
      format: "npz" as const,
      title: "NumPy archive",
      tensors,
      metadata: {},
      fileBytes: bytes.length,
    };
    return stateDictContents(file, answers);
  }
  throw new UserError("model", `${name} is a zip archive, but no model that is read here.`, {
    advice: `It holds ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}`,
  });
}

function torchContents(
  bytes: Uint8Array,
  answers: ModelAnswers,
  own: ModelContents["metadata"] = {},
): ModelContents {
  const model = openTorchModel(bytes);
  const metadata = { ...model.metadata, ...own };
  const file = { format: "pytorch" as const, ...model, metadata, fileBytes: bytes.length };
  return stateDictContents(file, answers);
}

/** What Unroll wrote into the archive beside the weights. */
function ownNotes(entries: ReturnType<typeof openZip>): ModelContents["metadata"] {
  const found = [descriptionKey, vocabularyKey].flatMap((key) => {
    const entry = entries.get(`archive/${key}`);
    return entry ? [[key, new TextDecoder().decode(entry.read())] as const] : [];
  });
  return Object.fromEntries(found);
}

interface StateDictFile {
  readonly format: ModelContents["format"];
  readonly title: string;
  readonly tensors: ReadonlyMap<string, FileTensor>;
  readonly metadata: ModelContents["metadata"];
  readonly fileBytes: number;
  readonly modules?: ReadonlyMap<string, ModuleFacts>;
  readonly notes?: readonly string[];
}

function stateDictContents(file: StateDictFile, answers: ModelAnswers): ModelContents {
  const { format, title, tensors, metadata, fileBytes, modules, notes = [] } = file;
  const known = answersWith(answers, metadata, (name) => tensors.has(`${name}.weight`));
  const networks = networksOfStateDict(tensors, fileBytes, known, modules).map((network) =>
    withOwnDescription(withOwnParameters(network, tensors), metadata),
  );
  const { [vocabularyKey]: _, ...shown } = metadata;
  const names = [...tensors.keys()];
  const missing = [
    ...([...tensors.values()].some(({ type }) => type.startsWith("q"))
      ? ["Its weights are quantized. Save the model as it was before."]
      : []),
    ...(names.some((one) => /parametrizations\.|weight_hh_l\d+_[gv]$/.test(one))
      ? [
          "Its weights are kept in parts (weight_norm or another parametrization). Remove that before saving.",
        ]
      : []),
    "It holds no recurrent layer (no weight_ih, weight_hh).",
  ];
  return {
    format,
    title,
    networks,
    tensors: [...tensors].map(([name, { type, shape }]) => ({ name, type, shape })),
    metadata: shown,
    notes: networks.length === 0 ? [...notes, ...missing] : notes,
  };
}

/** A protocol buffer whose first field is the version of its IR; a safetensors file has a brace where its header begins. */
const isOnnx = (bytes: Uint8Array): boolean => bytes[0] === 0x08 && bytes[8] !== 0x7b;

/** TensorFlow's format is a program that only TensorFlow runs. */
export const savedModel = (name: string): UserError =>
  new UserError(
    "model",
    `${name} is a TensorFlow SavedModel, which is a program rather than weights.`,
    {
      advice:
        'In Python: keras.models.load_model(FOLDER).save("model.keras"), or export it to ONNX with tf2onnx.',
    },
  );

/** Says what a file is that was meant as a model, by how it begins. */
function refuseOthers(bytes: Uint8Array, name: string): void {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 300));
  if (isNpy(bytes)) {
    throw new UserError("model", `${name} is an array, not a model.`, {
      advice: "Give it as the input, and a model in its place.",
    });
  }
  if (bytes[0] === 0x80 && bytes[1] <= 5 && bytes[8] !== 0x7b) {
    throw new UserError("model", `${name} is a pickle, but not one that torch.save wrote.`, {
      advice: 'In Python: torch.save(model.state_dict(), "model.pt")',
    });
  }
  if (start.slice(257).startsWith("ustar")) {
    throw new UserError("model", `${name} is a tar archive, as PyTorch wrote before 0.1.10.`, {
      advice: "Load it with an old PyTorch and save it again.",
    });
  }
  if (/^\s*[{[<]/.test(start) && !/^.{8}\{/s.test(start)) {
    throw new UserError("model", `${name} is text, not a model.`);
  }
}
