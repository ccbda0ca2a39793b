/**
 * The kernels that train: AssemblyScript compiled to WebAssembly with 128-bit vectors, float32. Each
 * agrees with `reference.ts`; what is not worth a vector loop is taken from there.
 *
 * All buffers live in one WebAssembly memory, so that an element's address is its array's byteOffset plus
 * four bytes per place. The memory is shared: growing it leaves earlier views alive. It is never freed piece by
 * piece; a job makes its own kernels and lets all of it go at the end.
 */
import type { Real } from "../../trace/trace.ts";
import type { Kernels, PackedWeight } from "./kernels.ts";
import { referenceKernels } from "./reference.ts";

/** What assembly/index.ts exports. Pointers are in bytes, strides and counts in floats. */
interface Exports {
  packedLength(outputs: number, inputs: number): number;
  pack(packed: number, weight: number, outputs: number, inputs: number): void;
  packTransposed(
    packed: number,
    weight: number,
    outputs: number,
    inputs: number,
    stride: number,
  ): void;
  multiply(
    out: number,
    outStride: number,
    x: number,
    xStride: number,
    packed: number,
    rows: number,
    outputs: number,
    inputs: number,
    accumulate: number,
    scratch: number,
  ): void;
  outerScratchLength(leftColumns: number, rightColumns: number): number;
  accumulateOuter(
    out: number,
    left: number,
    leftStride: number,
    leftColumns: number,
    right: number,
    rightStride: number,
    rightColumns: number,
    rows: number,
    scratch: number,
  ): void;
  fillRows(out: number, vector: number, rows: number, columns: number): void;
  accumulateColumnSums(out: number, source: number, rows: number, columns: number): void;
  rnnForward(...pointersAndSizes: number[]): void;
  rnnBackward(...pointersAndSizes: number[]): void;
  lstmForward(...pointersAndSizes: number[]): void;
  lstmBackward(...pointersAndSizes: number[]): void;
  gruAfterForward(...pointersAndSizes: number[]): void;
  gruAfterBackward(...pointersAndSizes: number[]): void;
  gruBeforeGatesForward(...pointersAndSizes: number[]): void;
  gruBeforeCandidateForward(...pointersAndSizes: number[]): void;
  gruBeforeCandidateBackward(...pointersAndSizes: number[]): void;
  gruBeforeGatesBackward(...pointersAndSizes: number[]): void;
}

const bytesPerFloat = 4;
const bytesPerPage = 65536;
/** How far the memory may grow: what 32-bit addresses reach, or a quarter where that much address space is refused. */
const maximumPages = [65536, 16384];
/** Buffers start on a cache line. */
const alignment = 64;

/** The address of element `offset` of a buffer that `allocate` gave. */
const at = (buffer: Real, offset: number): number => buffer.byteOffset + offset * bytesPerFloat;

/**
 * Kernels in a memory of their own, or undefined where the machine's WebAssembly lacks SIMD or shared
 * memory. `bytes` is the compiled module.
 */
export function simdKernels(bytes: Uint8Array<ArrayBuffer>): Kernels | undefined {
  if (typeof SharedArrayBuffer === "undefined" || !WebAssembly.validate(bytes)) return undefined;
  const memory = reserveMemory();
  if (!memory) return undefined;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return createKernels(instance.exports as unknown as Exports, memory);
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

/** Hands out zeroed, aligned addresses, growing the memory as needed. */
function createAllocator(memory: WebAssembly.Memory): (length: number) => number {
  // The first bytes belong to the module's own data.
  let top = 1024;
  return (length) => {
    const address = top;
    top += Math.ceil((length * bytesPerFloat) / alignment) * alignment;
    const missing = top - memory.buffer.byteLength;
    if (missing > 0) {
      const pages = Math.ceil(missing / bytesPerPage);
      try {
        memory.grow(pages);
      } catch (cause) {
        throw new Error(
          `Training needs more than ${Math.floor(address / 2 ** 20)} MB at once, and no more memory can be had. ` +
            "Make the batch, the sequences or the layers smaller.",
          { cause },
        );
      }
    }
    return address;
  };
}

function createKernels(wasm: Exports, memory: WebAssembly.Memory): Kernels {
  const allocateAddress = createAllocator(memory);
  const allocate = (length: number): Float32Array => {
    const address = allocateAddress(length);
    return new Float32Array(memory.buffer, address, length);
  };
  const tileScratch = at(allocate(32), 0);
  let outerScratch = allocate(0);

  /** Space for the packed operands of the largest outer product so far. */
  const outerScratchFor = (leftColumns: number, rightColumns: number): number => {
    const length = wasm.outerScratchLength(leftColumns, rightColumns);
    if (outerScratch.length < length) outerScratch = allocate(length);
    return at(outerScratch, 0);
  };

  return {
    ...referenceKernels("float32"),
    name: "simd",
    precision: "float32",
    allocate,
    allocateIntegers: (length) => {
      const address = allocateAddress(length);
      return new Int32Array(memory.buffer, address, length);
    },
    allocatePacked: (outputs, inputs): PackedWeight => ({
      data: allocate(wasm.packedLength(outputs, inputs)),
      outputs,
      inputs,
    }),
    pack({ data, outputs, inputs }, weight, offset) {
      wasm.pack(at(data, 0), at(weight, offset), outputs, inputs);
    },
    packTransposed({ data, outputs, inputs }, weight, offset) {
      wasm.packTransposed(at(data, 0), at(weight, offset), outputs, inputs, outputs);
    },
    multiply(out, outOffset, outStride, x, xOffset, xStride, weight, rows, accumulate) {
      wasm.multiply(
        at(out, outOffset),
        outStride,
        at(x, xOffset),
        xStride,
        at(weight.data, 0),
        rows,
        weight.outputs,
        weight.inputs,
        accumulate ? 1 : 0,
        tileScratch,
      );
    },
    accumulateOuter(
      out,
      outOffset,
      left,
      leftOffset,
      leftStride,
      leftColumns,
      right,
      rightOffset,
      rightStride,
      rightColumns,
      rows,
    ) {
      wasm.accumulateOuter(
        at(out, outOffset),
        at(left, leftOffset),
        leftStride,
        leftColumns,
        at(right, rightOffset),
        rightStride,
        rightColumns,
        rows,
        outerScratchFor(leftColumns, rightColumns),
      );
    },
    fillRows(out, vector, rows) {
      wasm.fillRows(at(out, 0), at(vector, 0), rows, vector.length);
    },
    accumulateColumnSums(out, source, row, rows) {
      wasm.accumulateColumnSums(at(out, 0), at(source, row * out.length), rows, out.length);
    },
    cells: cellPasses(wasm),
  };
}

/** Each pass takes the addresses of the step's first row in every buffer that it touches. */
function cellPasses(wasm: Exports): Kernels["cells"] {
  return {
    rnnForward({ gates, h, nonlinearity, hidden }, row, _previous, next, rows) {
      wasm.rnnForward(
        at(gates, row * hidden),
        at(h, next * hidden),
        nonlinearity === "relu" ? 1 : 0,
        rows * hidden,
      );
    },
    rnnBackward({ gateGradients, h, hGradient, nonlinearity, hidden }, row, _previous, next, rows) {
      wasm.rnnBackward(
        at(gateGradients, row * hidden),
        at(h, next * hidden),
        at(hGradient, next * hidden),
        nonlinearity === "relu" ? 1 : 0,
        rows * hidden,
      );
    },
    lstmForward({ gates, c, h, tanhC, hidden }, row, previous, next, rows) {
      wasm.lstmForward(
        at(gates, row * 4 * hidden),
        at(c, previous * hidden),
        at(c, next * hidden),
        at(h, next * hidden),
        at(tanhC, row * hidden),
        rows,
        hidden,
      );
    },
    lstmBackward(buffers, row, previous, next, rows) {
      const { gates, gateGradients, c, cGradient, hGradient, tanhC, hidden } = buffers;
      wasm.lstmBackward(
        at(gates, row * 4 * hidden),
        at(gateGradients, row * 4 * hidden),
        at(c, previous * hidden),
        at(cGradient, previous * hidden),
        at(cGradient, next * hidden),
        at(hGradient, next * hidden),
        at(tanhC, row * hidden),
        rows,
        hidden,
      );
    },
    gruAfterForward(
      { gates, product, biasHh, candidateProduct, h, hidden },
      row,
      previous,
      next,
      rows,
    ) {
      wasm.gruAfterForward(
        at(gates, row * 3 * hidden),
        at(product, 0),
        at(biasHh, 2 * hidden),
        at(candidateProduct, row * hidden),
        at(h, previous * hidden),
        at(h, next * hidden),
        rows,
        hidden,
      );
    },
    gruAfterBackward(buffers, row, previous, next, rows) {
      const { gates, gateGradients, productGradients, candidateProduct, h, hGradient, hidden } =
        buffers;
      wasm.gruAfterBackward(
        at(gates, row * 3 * hidden),
        at(gateGradients, row * 3 * hidden),
        at(productGradients, row * 3 * hidden),
        at(candidateProduct, row * hidden),
        at(h, previous * hidden),
        at(hGradient, previous * hidden),
        at(hGradient, next * hidden),
        rows,
        hidden,
      );
    },
    gruBeforeGatesForward({ gates, h, resetState, hidden }, row, previous, _next, rows) {
      wasm.gruBeforeGatesForward(
        at(gates, row * 3 * hidden),
        at(h, previous * hidden),
        at(resetState, row * hidden),
        rows,
        hidden,
      );
    },
    gruBeforeCandidateForward({ gates, h, hidden }, row, previous, next, rows) {
      wasm.gruBeforeCandidateForward(
        at(gates, row * 3 * hidden),
        at(h, previous * hidden),
        at(h, next * hidden),
        rows,
        hidden,
      );
    },
    gruBeforeCandidateBackward(
      { gates, gateGradients, h, hGradient, hidden },
      row,
      previous,
      next,
      rows,
    ) {
      wasm.gruBeforeCandidateBackward(
        at(gates, row * 3 * hidden),
        at(gateGradients, row * 3 * hidden),
        at(h, previous * hidden),
        at(hGradient, next * hidden),
        rows,
        hidden,
      );
    },
    gruBeforeGatesBackward(buffers, row, previous, next, rows) {
      const { gates, gateGradients, resetStateGradient, h, hGradient, hidden } = buffers;
      wasm.gruBeforeGatesBackward(
        at(gates, row * 3 * hidden),
        at(gateGradients, row * 3 * hidden),
        at(resetStateGradient, row * hidden),
        at(h, previous * hidden),
        at(hGradient, previous * hidden),
        at(hGradient, next * hidden),
        rows,
        hidden,
      );
    },
  };
}
