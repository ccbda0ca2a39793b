/** A .wav file of 16-bit numbers, right or wrong in what its header says. */
export interface WavFileChanges {
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly code?: number;
  readonly bits?: number;
  readonly frameBytes?: number;
  /** Of the chunk that says how samples are written. */
  readonly name?: string;
  readonly dataLength?: number;
  /** Between header and samples. */
  readonly before?: readonly number[];
}

export function wavFile(
  samples: readonly number[],
  changes: WavFileChanges = {},
): Uint8Array<ArrayBuffer> {
  const { sampleRate = 8000, channels = 1, code = 1, bits = 16, name = "fmt " } = changes;
  const { before = [], dataLength = 2 * samples.length } = changes;
  const { frameBytes = (channels * bits) / 8 } = changes;
  const bytes = new Uint8Array(44 + before.length + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const write = (text: string, at: number): void => bytes.set(new TextEncoder().encode(text), at);
  write("RIFF", 0);
  view.setUint32(4, bytes.length - 8, true);
  write(`WAVE${name}`, 8);
  view.setUint32(16, 16, true);
  view.setUint16(20, code, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, bits, true);
  bytes.set(before, 36);
  const data = 36 + before.length;
  write("data", data);
  view.setUint32(data + 4, dataLength, true);
  samples.forEach((sample, n) => view.setInt16(data + 8 + 2 * n, sample, true));
  return bytes;
}
