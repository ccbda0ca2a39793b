/** Tensors out of a running Python program, as a file that is opened like any other: .safetensors, or .npy for one. */
import { UserError } from "../config/problem.ts";
import {
  isReal,
  isWhole,
  realsOf,
  wholeNumbersOf,
  type ElementType,
  type FileTensor,
} from "../formats/fileTensor.ts";
import { encodeNpy } from "../formats/npy.ts";
import { encodeSafetensors, type StoredTensor } from "../formats/safetensors.ts";
import type { SavedTensor } from "../protocol/modelContract.ts";
import { writeAtomically } from "../runs/writeAtomically.ts";

/** Throws `UserError` for numbers that cannot be computed with. */
export async function saveTensors(file: string, tensors: readonly SavedTensor[]): Promise<null> {
  const read = tensors.map(({ name, type, shape, bytes }) => ({
    name,
    tensor: { type: elementType(name, type), shape, bytes: new Uint8Array(bytes) },
  }));
  const [first] = read;
  if (file.endsWith(".npy") && first) await writeAtomically(file, encodeNpy(plain(first.tensor)));
  else {
    const stored = new Map(read.map(({ name, tensor }) => [name, storedTensor(tensor)]));
    await writeAtomically(file, encodeSafetensors(stored, { format: "pt" }));
  }
  return null;
}

const types: Readonly<Record<string, ElementType>> = {
  double: "float64",
  float: "float32",
  half: "float16",
  long: "int64",
  int: "int32",
  short: "int16",
};
const known: readonly ElementType[] = [
  "float64",
  "float32",
  "float16",
  "bfloat16",
  "int64",
  "int32",
  "int16",
  "int8",
  "uint8",
  "bool",
];

/** `torch.float32` */
function elementType(name: string, type: string): ElementType {
  const short = type.replace(/^torch\./, "");
  const found = types[short] ?? known.find((each) => each === short);
  if (found) return found;
  throw new UserError("tensor", `"${name}" is a ${type}, which is not read here.`, {
    advice: "If the model is quantized, inspect it as it was before.",
  });
}

function storedTensor(tensor: FileTensor): StoredTensor {
  const { shape } = tensor;
  if (isReal(tensor)) return { shape, data: realsOf(tensor) };
  return { shape, data: BigInt64Array.from(wholeNumbersOf(tensor), BigInt) };
}

/** Halves as 32-bit floats: NumPy has no bfloat16. */
function plain(tensor: FileTensor): FileTensor {
  if (!isReal(tensor) || isWhole(tensor) || tensor.type.startsWith("float")) return tensor;
  const data = realsOf(tensor);
  return { type: "float32", shape: tensor.shape, bytes: new Uint8Array(data.buffer) };
}
