/** Protocol buffers, written: just as much as ONNX needs. https://protobuf.dev/programming-guides/encoding */

/** A message under construction: parts in the order in which they were added. */
export interface ProtobufMessage {
  readonly parts: readonly Uint8Array[];
  readonly length: number;
}

/** A value of a field: its number with a whole number, a text, bytes, a message, or a 32-bit float. */
export type ProtobufField =
  | { readonly field: number; readonly integer: number }
  | { readonly field: number; readonly text: string }
  | { readonly field: number; readonly bytes: Uint8Array }
  | { readonly field: number; readonly message: ProtobufMessage }
  | { readonly field: number; readonly float: number };

export function protobuf(fields: readonly ProtobufField[]): ProtobufMessage {
  const parts = fields.flatMap(encodeField);
  return { parts, length: parts.reduce((sum, part) => sum + part.length, 0) };
}

export function protobufBytes({ parts, length }: ProtobufMessage): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

const wireType = { varint: 0, lengthDelimited: 2, fixed32: 5 } as const;

function encodeField(value: ProtobufField): readonly Uint8Array[] {
  const tag = (type: number): readonly number[] => varint(value.field * 8 + type);
  if ("integer" in value) {
    return [Uint8Array.from([...tag(wireType.varint), ...varint(value.integer)])];
  }
  if ("float" in value) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value.float, true);
    return [Uint8Array.from([...tag(wireType.fixed32), ...bytes])];
  }
  const content: ProtobufMessage =
    "message" in value
      ? value.message
      : single("bytes" in value ? value.bytes : new TextEncoder().encode(value.text));
  const head = Uint8Array.from([...tag(wireType.lengthDelimited), ...varint(content.length)]);
  return [head, ...content.parts];
}

const single = (bytes: Uint8Array): ProtobufMessage => ({ parts: [bytes], length: bytes.length });

/** Seven bits a byte, least significant first; negative numbers as 64-bit two's complement. */
function varint(value: number): readonly number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}
