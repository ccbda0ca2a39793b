/**
 * The memory of the SIMD kernels, and who gets which part of it. It is shared: growing it leaves earlier views
 * alive, and several threads can compute in it. It is never freed piece by piece; a job makes its own and lets
 * all of it go at the end.
 */

/** Compiled kernels and the memory that they compute in. Another thread can be sent both. */
export interface SimdProgram {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Compiled for 256-bit vectors where the machine has them. */
  readonly wide: boolean;
}

/** Answers the address of zeroed, aligned memory for `length` numbers of four bytes. */
export type AllocateAddress = (length: number) => number;

const bytesPerNumber = 4;
const bytesPerPage = 65536;
/** How far the memory may grow: what 32-bit addresses reach, or a quarter where that much address space is refused. */
const maximumPages = [65536, 16384];
/** Buffers start on a cache line, so that threads that write different buffers do not slow each other down. */
const alignment = 64;
/** The first bytes belong to the module's own data. */
const reserved = 1024;

/** Undefined where the machine's WebAssembly lacks SIMD or shared memory. `bytes` is the compiled module. */
export function compileSimd(
  bytes: Uint8Array<ArrayBuffer>,
  wide: boolean,
): SimdProgram | undefined {
  if (typeof SharedArrayBuffer === "undefined" || !WebAssembly.validate(bytes)) return undefined;
  const memory = reserveMemory();
  return memory && { module: new WebAssembly.Module(bytes), memory, wide };
}

function reserveMemory(): WebAssembly.Memory | undefined {
  for (const maximum of maximumPages) {
    try {
      return new WebAssembly.Memory({ initial: 1, maximum, shared: true });
    } catch {
      // Refused: try with less.
    }
  }
  return undefined;
}

/** What a buffer of `length` numbers takes of the memory. */
export const bytesOf = (length: number): number =>
  Math.ceil((length * bytesPerNumber) / alignment) * alignment;

/** Hands out the memory that was there from the beginning, then grows it. One per memory. */
export const firstAllocator = (memory: WebAssembly.Memory): AllocateAddress =>
  allocatorFrom(memory, reserved, bytesPerPage);

/** Hands out only what it grows the memory by. Any number of them, in any thread. */
export const growingAllocator = (memory: WebAssembly.Memory): AllocateAddress =>
  allocatorFrom(memory, 0, 0);

/**
 * Hands out `places` first, one after the other; then grows the memory, and notes each new place at the end of
 * `places`. Who runs the same allocations again with the same places gets the same buffers, in another thread too.
 */
export function placingAllocator(memory: WebAssembly.Memory, places: number[]): AllocateAddress {
  const allocate = growingAllocator(memory);
  let next = 0;
  return (length) => {
    if (next === places.length) places.push(allocate(length));
    return places[next++];
  };
}

/** Growing is atomic: whatever other threads do, the pages that it answers are nobody else's. */
function allocatorFrom(memory: WebAssembly.Memory, from: number, to: number): AllocateAddress {
  let top = from;
  let end = to;
  return (length) => {
    const bytes = bytesOf(length);
    if (top + bytes > end) {
      // Enough for the whole, in case another thread has grown it since and the new pages do not join the old.
      const pages = Math.ceil(bytes / bytesPerPage);
      const grown = grow(memory, pages) * bytesPerPage;
      if (grown !== end) top = grown;
      end = grown + pages * bytesPerPage;
    }
    const address = top;
    top += bytes;
    return address;
  };
}

function grow(memory: WebAssembly.Memory, pages: number): number {
  try {
    return memory.grow(pages);
  } catch (cause) {
    const megabytes = Math.floor(memory.buffer.byteLength / 2 ** 20);
    throw new Error(
      `Training needs more than ${megabytes} MB at once, and no more memory can be had. ` +
        "Make the batch, the sequences or the layers smaller.",
      { cause },
    );
  }
}
