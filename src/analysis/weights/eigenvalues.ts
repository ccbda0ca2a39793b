/**
 * All eigenvalues of a real square matrix that need not be symmetric, such as W_hh of one gate: balanced, reduced to
 * Hessenberg form, then Francis' implicit double-shift QR steps (Francis 1961; Golub & Van Loan, algorithm 7.5.2; deflation
 * and exceptional shifts as in EISPACK's HQR, Martin, Peters & Wilkinson 1970). Float64 throughout, O(size³): a second or
 * two for 512.
 */
import { balance, reduceToHessenberg } from "./hessenberg.ts";

export interface Eigenvalues {
  readonly real: Float64Array<ArrayBuffer>;
  /** Conjugate pairs stand beside each other. */
  readonly imaginary: Float64Array<ArrayBuffer>;
}

/** Far more than ever seen: two or three steps an eigenvalue are usual. */
const maximumSteps = 90;
/** After so many steps without a result, a shift from elsewhere breaks a cycle. */
const exceptionalAfter = 10;

/**
 * Yields the share that is done, often enough for a thread to answer others meanwhile. `matrix` is row-major (size, size)
 * and is left as it is. Values that are not finite have no eigenvalues: all of them come out as NaN.
 */
export function* findEigenvalues(
  matrix: ArrayLike<number>,
  size: number,
): Generator<number, Eigenvalues> {
  const h = Float64Array.from(matrix);
  const found = { real: new Float64Array(size), imaginary: new Float64Array(size) };
  const unit = powerOfTwoNear(h);
  if (Number.isNaN(unit)) {
    found.real.fill(Number.NaN);
    found.imaginary.fill(Number.NaN);
    return found;
  }
  // Squares of what is left neither overflow nor vanish, and a power of two rounds nothing.
  for (let index = 0; index < h.length; index++) h[index] /= unit;
  balance(h, size);
  for (const column of reduceToHessenberg(h, size)) yield (0.3 * column) / size;

  let last = size - 1;
  /** What exceptional shifts took off the diagonal so far. */
  let shifted = 0;
  let steps = 0;
  while (last >= 0) {
    const first = deflate(h, size, last);
    if (first === last) {
      found.real[last] = h[last * size + last] + shifted;
      last -= 1;
      steps = 0;
    } else if (first === last - 1) {
      writePair(h, size, last, shifted, found);
      last -= 2;
      steps = 0;
    } else {
      if (++steps > maximumSteps) throw new Error("The QR algorithm did not converge.");
      let shift = wilkinsonShift(h, size, last);
      if (steps % exceptionalAfter === 0) {
        const corner = h[last * size + last];
        shifted += corner;
        for (let i = 0; i <= last; i++) h[i * size + i] -= corner;
        shift = exceptionalShift(h, size, last);
      }
      francisStep(h, size, first, last, shift);
      // A step costs O(size²): pausing at each is cheap.
      yield 0.3 + 0.7 * (1 - ((last + 1) / size) ** 2);
    }
  }
  for (const part of [found.real, found.imaginary]) {
    for (let index = 0; index < size; index++) part[index] *= unit;
  }
  return found;
}

/** Of the size of the largest number; 1 for zeros; NaN when a number is not finite. */
function powerOfTwoNear(values: Float64Array): number {
  let largest = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) return Number.NaN;
    largest = Math.max(largest, Math.abs(value));
  }
  return largest === 0 ? 1 : 2 ** Math.max(-1022, Math.floor(Math.log2(largest)));
}

/** The largest |λ|: below 1, a linear recurrence forgets; above, it explodes. */
export const spectralRadius = ({ real, imaginary }: Eigenvalues): number =>
  real.reduce((largest, value, index) => {
    const size = Math.hypot(value, imaginary[index]);
    // Math.max would say NaN too, but not for an empty matrix.
    return size > largest || Number.isNaN(size) ? size : largest;
  }, 0);

/** The first row of the block that ends at `last` and does not fall apart; what is negligible left of it becomes zero. */
function deflate(h: Float64Array, size: number, last: number): number {
  for (let row = last; row > 0; row--) {
    const above = Math.abs(h[(row - 1) * size + row - 1]);
    const around = above + Math.abs(h[row * size + row]) || Number.MIN_VALUE / Number.EPSILON;
    if (Math.abs(h[row * size + row - 1]) <= Number.EPSILON * around) {
      h[row * size + row - 1] = 0;
      return row;
    }
  }
  return 0;
}

/** Both eigenvalues of the 2×2 block whose lower right corner is `last`. */
function writePair(
  h: Float64Array,
  size: number,
  last: number,
  shifted: number,
  found: Eigenvalues,
): void {
  const upper = last - 1;
  const x = h[last * size + last];
  const w = h[last * size + upper] * h[upper * size + last];
  const p = (h[upper * size + upper] - x) / 2;
  const q = p * p + w;
  if (q < 0) {
    found.real[upper] = found.real[last] = x + p + shifted;
    found.imaginary[upper] = Math.sqrt(-q);
    found.imaginary[last] = -Math.sqrt(-q);
    return;
  }
  // The root that adds first; the other from the product of both, so that nothing cancels.
  const z = p + (p < 0 ? -Math.sqrt(q) : Math.sqrt(q));
  found.real[upper] = x + z + shifted;
  found.real[last] = (z === 0 ? x : x - w / z) + shifted;
}

/** Two shifts, known by what a double step needs of them: x and y with the product w of the off-diagonal. */
interface Shift {
  readonly x: number;
  readonly y: number;
  readonly w: number;
}

function wilkinsonShift(h: Float64Array, size: number, last: number): Shift {
  const upper = last - 1;
  return {
    x: h[last * size + last],
    y: h[upper * size + upper],
    w: h[last * size + upper] * h[upper * size + last],
  };
}

function exceptionalShift(h: Float64Array, size: number, last: number): Shift {
  const s = Math.abs(h[last * size + last - 1]) + Math.abs(h[(last - 1) * size + last - 2]);
  return { x: 0.75 * s, y: 0.75 * s, w: -0.4375 * s * s };
}

/** Chases one bulge of two shifts down the block `first`..`last`. Only that block is kept up to date. */
function francisStep(h: Float64Array, size: number, first: number, last: number, shift: Shift) {
  const start = startOfStep(h, size, first, last, shift);
  let { p, q, r } = start;
  for (let i = start.row + 2; i <= last; i++) {
    h[i * size + i - 2] = 0;
    if (i > start.row + 2) h[i * size + i - 3] = 0;
  }
  for (let k = start.row; k < last; k++) {
    const isPair = k === last - 1;
    if (k > start.row) {
      p = h[k * size + k - 1];
      q = h[(k + 1) * size + k - 1];
      r = isPair ? 0 : h[(k + 2) * size + k - 1];
    }
    const scale = Math.abs(p) + Math.abs(q) + Math.abs(r);
    if (scale === 0) continue;
    p /= scale;
    q /= scale;
    r /= scale;
    const norm = Math.sqrt(p * p + q * q + r * r);
    const alpha = p < 0 ? norm : -norm;
    if (k > start.row) h[k * size + k - 1] = alpha * scale;
    // Above the block's first row stands what deflation found negligible: the reflection only turns its sign.
    else if (k > first) h[k * size + k - 1] = -h[k * size + k - 1];
    // H = I − βvvᵀ with v = (1, v₂, v₃).
    const v2 = q / (p - alpha);
    const v3 = r / (p - alpha);
    const beta = (alpha - p) / alpha;
    reflectThreeRows(h, size, k, last, isPair, beta, v2, v3);
    reflectThreeColumns(h, size, k, first, last, isPair, beta, v2, v3);
  }
}

/** Where the step may begin: below two small subdiagonals in a row. Gives the first column of (H − xI)(H − yI) there. */
function startOfStep(
  h: Float64Array,
  size: number,
  first: number,
  last: number,
  { x, y, w }: Shift,
): { readonly row: number; readonly p: number; readonly q: number; readonly r: number } {
  for (let row = last - 2; ; row--) {
    const at = row * size + row;
    const z = h[at];
    const next = h[at + size + 1];
    let p = ((x - z) * (y - z) - w) / h[at + size] + h[at + 1];
    let q = next - z - (x - z) - (y - z);
    let r = h[at + 2 * size + 1];
    const scale = Math.abs(p) + Math.abs(q) + Math.abs(r);
    p /= scale;
    q /= scale;
    r /= scale;
    if (row === first) return { row, p, q, r };
    const small = Math.abs(h[at - 1]) * (Math.abs(q) + Math.abs(r));
    const large = Math.abs(p) * (Math.abs(h[at - size - 1]) + Math.abs(z) + Math.abs(next));
    if (small <= Number.EPSILON * large) return { row, p, q, r };
  }
}

function reflectThreeRows(
  h: Float64Array,
  size: number,
  k: number,
  last: number,
  isPair: boolean,
  beta: number,
  v2: number,
  v3: number,
): void {
  const one = k * size;
  const two = one + size;
  const three = two + size;
  if (isPair) {
    for (let j = k; j <= last; j++) {
      const sum = beta * (h[one + j] + v2 * h[two + j]);
      h[one + j] -= sum;
      h[two + j] -= sum * v2;
    }
    return;
  }
  for (let j = k; j <= last; j++) {
    const sum = beta * (h[one + j] + v2 * h[two + j] + v3 * h[three + j]);
    h[one + j] -= sum;
    h[two + j] -= sum * v2;
    h[three + j] -= sum * v3;
  }
}

function reflectThreeColumns(
  h: Float64Array,
  size: number,
  k: number,
  first: number,
  last: number,
  isPair: boolean,
  beta: number,
  v2: number,
  v3: number,
): void {
  const bottom = Math.min(last, k + 3);
  for (let i = first; i <= bottom; i++) {
    const at = i * size + k;
    const sum = beta * (h[at] + v2 * h[at + 1] + (isPair ? 0 : v3 * h[at + 2]));
    h[at] -= sum;
    h[at + 1] -= sum * v2;
    if (!isPair) h[at + 2] -= sum * v3;
  }
}
