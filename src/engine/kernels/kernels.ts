/**
 * What the engine asks of a machine: memory, the products, and the passes over gates. `reference.ts`
 * is the plain TypeScript implementation and the specification of every function here.
 *
 * All matrices are row-major. A matrix inside a buffer is given by the buffer, the offset of its first
 * element and the distance between its rows (its stride), so that the time loop moves over a buffer
 * without making views. Every buffer comes from `allocate…`, so that an implementation which owns its
 * memory finds any element at `byteOffset + offset · bytes`.
 */
import type { GruAfterBuffers } from "../cells/gruAfter.ts";
import type { GruBeforeBuffers } from "../cells/gruBefore.ts";
import type { LstmBuffers } from "../cells/lstm.ts";
import type { LstmVariantPasses } from "../cells/lstmVariant.ts";
import type { RnnBuffers } from "../cells/rnn.ts";
import type { RowNormPasses } from "../cells/rowNorm.ts";
import type { AdamBuffers, AdamConstants } from "../optimizers/adam.ts";
import type { SimdProgram } from "./simdMemory.ts";
import type { Real } from "../../trace/trace.ts";

export type Precision = "float32" | "float64";
/** Vectors in WebAssembly, or plain TypeScript. */
export type KernelName = "simd" | "reference";

/**
 * A weight (N outputs, K inputs) in the order in which `multiply` reads it; only the implementation
 * that made it knows that order. Holds a copy: pack again after the weight has changed.
 */
export interface PackedWeight {
  readonly data: Real;
  /** N */
  readonly outputs: number;
  /** K */
  readonly inputs: number;
}

/**
 * One step of a cell between its products. `row` is the step's first row in buffers of (T·B, ·),
 * `previous` and `next` the first rows of the states before and after it in buffers of ((T+1)·B, H),
 * `rows` how many there are (B).
 */
export type CellPass<Buffers> = (
  buffers: Buffers,
  row: number,
  previous: number,
  next: number,
  rows: number,
) => void;

export interface CellPasses {
  readonly rnnForward: CellPass<RnnBuffers>;
  readonly rnnBackward: CellPass<RnnBuffers>;
  readonly lstmForward: CellPass<LstmBuffers>;
  readonly lstmBackward: CellPass<LstmBuffers>;
  readonly gruAfterForward: CellPass<GruAfterBuffers>;
  readonly gruAfterBackward: CellPass<GruAfterBuffers>;
  readonly gruBeforeGatesForward: CellPass<GruBeforeBuffers>;
  readonly gruBeforeCandidateForward: CellPass<GruBeforeBuffers>;
  readonly gruBeforeCandidateBackward: CellPass<GruBeforeBuffers>;
  readonly gruBeforeGatesBackward: CellPass<GruBeforeBuffers>;
}

export interface KernelSharing {
  /** For the other thread, which makes its kernels of it with `simdKernelsAt`. */
  readonly program: SimdProgram;
  /**
   * Kernels in the same memory whose first buffers lie at `places`, one after the other; where those that follow
   * lie is noted at its end. The same allocations with the same places are the same buffers, in any thread.
   */
  kernelsAt(places: number[]): Kernels;
}

export interface Kernels {
  readonly name: KernelName;
  /** Whether V8 was asked to pair 128-bit vectors into 256-bit ones. */
  readonly wide: boolean;
  /**
   * Whether sums of products are rounded once for each product and addition, where the processor can, not twice: the last bits differ.
   */
  readonly fused: boolean;
  /** How other threads come to compute in the same memory; absent where they cannot. */
  readonly sharing?: KernelSharing;
  readonly precision: Precision;

  /** Zeroed memory for `length` numbers, or whole numbers. Never called while a pass runs. */
  allocate(length: number): Real;
  allocateIntegers(length: number): Int32Array;
  allocatePacked(outputs: number, inputs: number): PackedWeight;

  /** Packs `weight` (N,K), found at `offset`. */
  pack(packed: PackedWeight, weight: Real, offset: number): void;
  /** Packs the transpose of `weight` (K,N), found at `offset`. */
  packTransposed(packed: PackedWeight, weight: Real, offset: number): void;

  /** out (rows,N) = x (rows,K) · weightᵀ, or += when `accumulate`. */
  multiply(
    out: Real,
    outOffset: number,
    outStride: number,
    x: Real,
    xOffset: number,
    xStride: number,
    weight: PackedWeight,
    rows: number,
    accumulate: boolean,
  ): void;

  /** out (M,N), contiguous, += leftᵀ · right, with left (rows,M) and right (rows,N). */
  accumulateOuter(
    out: Real,
    outOffset: number,
    left: Real,
    leftOffset: number,
    leftStride: number,
    leftColumns: number,
    right: Real,
    rightOffset: number,
    rightStride: number,
    rightColumns: number,
    rows: number,
  ): void;

  /** Writes `vector` (columns) into each of the first `rows` rows of `out` (rows, columns). */
  fillRows(out: Real, vector: Real, rows: number): void;
  /** out (columns) += the sum of `rows` rows of `source` (·, columns) from `row` on. */
  accumulateColumnSums(out: Real, source: Real, row: number, rows: number): void;
  /** out (columns) += the sum over `rows` rows of left ⊙ right, rows of `columns` numbers. */
  accumulateColumnProducts(
    out: Real,
    outOffset: number,
    columns: number,
    left: Real,
    leftOffset: number,
    leftStride: number,
    right: Real,
    rightOffset: number,
    rightStride: number,
    rows: number,
  ): void;

  /** out (rows,N) += the columns `index[row]` of weight (N,K); a negative index adds nothing. */
  gatherColumns(
    out: Real,
    weight: Real,
    index: Int32Array,
    rows: number,
    outputs: number,
    inputs: number,
  ): void;
  /** The gradient of `gatherColumns`: the columns `index[row]` of weightGradient (N,K) += gradient (rows,N). */
  scatterColumns(
    weightGradient: Real,
    gradient: Real,
    index: Int32Array,
    rows: number,
    outputs: number,
    inputs: number,
  ): void;

  /** out (rows,width) = the rows `index[row]` of table (·,width); a negative index gives zeros. */
  gatherRows(out: Real, table: Real, index: Int32Array, rows: number, width: number): void;
  /** The gradient of `gatherRows`: the rows `index[row]` of tableGradient += gradient (rows,width). */
  scatterRows(
    tableGradient: Real,
    gradient: Real,
    index: Int32Array,
    rows: number,
    width: number,
  ): void;

  /** Copies `count` runs of `width` numbers, which begin `stride` apart in `source`, to lie together in `out`. */
  gatherRuns(
    out: Real | Int32Array,
    outOffset: number,
    source: Real | Int32Array,
    sourceOffset: number,
    stride: number,
    width: number,
    count: number,
  ): void;

  /** out = or += factor · x, for elements `from` … `to` − 1 of both. `out` may be `x`. */
  addScaled(
    out: Real,
    x: Real,
    factor: number,
    from: number,
    to: number,
    accumulate: boolean,
  ): void;
  /** Σ x² over elements `from` … `to` − 1, summed in double precision. */
  sumOfSquares(x: Real, from: number, to: number): number;
  /** The largest of elements `from` … `to` − 1; NaN, or any, where one of them is NaN. */
  readonly largest: (x: Real, from: number, to: number) => number;
  /** out = exp(x − shift) for elements `from` … `to` − 1 of both, and their sum. */
  readonly exponentials: (out: Real, x: Real, from: number, to: number, shift: number) => number;
  /** One step of Adam (../optimizers/adam.ts) on elements `from` … `to` − 1. */
  adam(buffers: AdamBuffers, constants: AdamConstants, from: number, to: number): void;

  readonly cells: CellPasses;
  readonly lstmVariant: LstmVariantPasses;
  readonly rowNorm: RowNormPasses;
}
