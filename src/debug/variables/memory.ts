/** The bytes of a tensor at a step, as they are in memory: little-endian, in the precision in which it was computed. */
import type { Direction } from "../../trace/trace.ts";
import type { Environment } from "../expression/environment.ts";
import { countOf, isNumbers, type Value } from "../expression/value.ts";

/** A memory reference says all that is needed to find the bytes again, at whatever step the session stands by then. */
export const memoryName = (
  { layer, direction }: Environment,
  t: number,
  expression: string,
): string => `${layer} ${direction} ${t} ${expression}`;

export interface MemoryPlace {
  readonly layer: number;
  readonly direction: Direction;
  readonly t: number;
  readonly expression: string;
}

export function parseMemoryName(name: string): MemoryPlace | undefined {
  const match = /^(\d+) (forward|reverse) (\d+) (.+)$/s.exec(name);
  if (!match) return undefined;
  const [, layer, direction, t, expression] = match;
  return {
    layer: Number(layer),
    direction: direction === "reverse" ? "reverse" : "forward",
    t: Number(t),
    expression,
  };
}

export function bytesOf(value: Value): Uint8Array {
  if (!isNumbers(value)) return new Uint8Array(Float64Array.of(Number(value)).buffer);
  const { data, offset, shape } = value;
  const list =
    data instanceof Float32Array
      ? new Float32Array(countOf(shape))
      : new Float64Array(countOf(shape));
  for (let index = 0; index < list.length; index++) list[index] = data[offset + index];
  return new Uint8Array(list.buffer);
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64. Neither `btoa` nor `Buffer` exists everywhere that this runs. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const bits = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += alphabet[bits >> 18] + alphabet[(bits >> 12) & 63];
    text += left > 1 ? alphabet[(bits >> 6) & 63] : "=";
    text += left > 2 ? alphabet[bits & 63] : "=";
  }
  return text;
}
