/** PyTorch's names for types of numbers. */
import type { ElementType } from "../fileTensor.ts";
import { FormatError } from "../formatError.ts";
import { isOf, type PickleValue } from "../pickle/pickleValue.ts";

/** By the class of a storage, and by `torch.dtype`. */
const types: Readonly<Record<string, ElementType>> = {
  DoubleStorage: "float64",
  FloatStorage: "float32",
  HalfStorage: "float16",
  BFloat16Storage: "bfloat16",
  LongStorage: "int64",
  IntStorage: "int32",
  ShortStorage: "int16",
  CharStorage: "int8",
  ByteStorage: "uint8",
  BoolStorage: "bool",
  ComplexFloatStorage: "complex64",
  ComplexDoubleStorage: "complex128",
  QInt8Storage: "qint8",
  QUInt8Storage: "quint8",
  QInt32Storage: "qint32",
  UntypedStorage: "uint8",
  float64: "float64",
  float32: "float32",
  float16: "float16",
  bfloat16: "bfloat16",
  int64: "int64",
  int32: "int32",
  int16: "int16",
  int8: "int8",
  uint64: "uint64",
  uint32: "uint32",
  uint16: "uint16",
  uint8: "uint8",
  bool: "bool",
  complex64: "complex64",
  complex128: "complex128",
  float8_e4m3fn: "float8",
  float8_e5m2: "float8",
};

/** `torch.FloatStorage` or `torch.float32`. Throws `FormatError` for others. */
export function storageTypeOf(value: PickleValue): ElementType {
  const name = isOf(value, "global") ? value.name.replace(/^.*\./, "") : "";
  if (Object.hasOwn(types, name)) return types[name];
  throw new FormatError("PyTorch", `it holds numbers of an unknown type "${name}".`);
}
