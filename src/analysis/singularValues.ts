/**
 * Singular values of a square matrix: how much it stretches in each of its directions. Reduced to two diagonals by Householder
 * reflections (Golub & Kahan 1965), whose singular values ±σ are the eigenvalues of a symmetric tridiagonal matrix with zeros on its
 * diagonal (Golub & Van Loan 2013, section 8.6.1): nothing is squared, so that small ones are as exact as large ones.
 */

/** Descending. `matrix` is row-major (size, size) and is left as it is; one that is not finite has NaN for all. */
export function singularValues(matrix: ArrayLike<number>, size: number): Float64Array<ArrayBuffer> {
  const work = Float64Array.from(matrix);
  if (!work.every(Number.isFinite)) return new Float64Array(size).fill(NaN);
  const between = bidiagonalize(work, size);
  // 0 d₀ 0 e₀ 0 d₁ 0 e₁ …: between the zeros of the diagonal stand both diagonals, in turn.
  const diagonal = new Float64Array(2 * size);
  const off = new Float64Array(2 * size);
  off.set(between);
  tridiagonalEigenvalues(diagonal, off);
  return diagonal
    .map(Math.abs)
    .sort()
    .reverse()
    .filter((_, index) => index % 2 === 0);
}

/** d₀ e₀ d₁ e₁ … d: the diagonal and the one above it of UᵀAV. Overwrites `a`. */
function bidiagonalize(a: Float64Array, size: number): Float64Array {
  const between = new Float64Array(2 * size - 1);
  for (let k = 0; k < size; k++) {
    between[2 * k] = reflectRows(a, size, k);
    if (k + 1 < size)
      between[2 * k + 1] = k + 2 < size ? reflectColumns(a, size, k) : a[k * size + k + 1];
  }
  return between;
}

/** Makes column k zero below its diagonal; the rest of the matrix is reflected with it. Returns what is on the diagonal. */
function reflectRows(a: Float64Array, size: number, k: number): number {
  let squares = 0;
  for (let i = k; i < size; i++) squares += a[i * size + k] ** 2;
  const head = a[k * size + k];
  const alpha = head > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
  const scale = squares - head * alpha;
  if (scale === 0) return head;
  a[k * size + k] = head - alpha;
  const sums = new Float64Array(size);
  for (let i = k; i < size; i++) {
    const v = a[i * size + k];
    for (let j = k + 1; j < size; j++) sums[j] += v * a[i * size + j];
  }
  for (let i = k; i < size; i++) {
    const v = a[i * size + k] / scale;
    for (let j = k + 1; j < size; j++) a[i * size + j] -= v * sums[j];
  }
  return alpha;
}

/** Makes row k zero right of the element after its diagonal. Returns that element. */
function reflectColumns(a: Float64Array, size: number, k: number): number {
  const row = k * size;
  let squares = 0;
  for (let j = k + 1; j < size; j++) squares += a[row + j] ** 2;
  const head = a[row + k + 1];
  const alpha = head > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
  const scale = squares - head * alpha;
  if (scale === 0) return head;
  a[row + k + 1] = head - alpha;
  for (let i = k + 1; i < size; i++) {
    let sum = 0;
    for (let j = k + 1; j < size; j++) sum += a[row + j] * a[i * size + j];
    sum /= scale;
    for (let j = k + 1; j < size; j++) a[i * size + j] -= sum * a[row + j];
  }
  return alpha;
}

/** Far more than ever seen: two or three an eigenvalue are usual. */
const mostSteps = 60;

/**
 * Implicit QL steps (Bowdler, Martin, Reinsch & Wilkinson 1968; as EISPACK's imtql1). `diagonal` becomes the eigenvalues, in no order;
 * `off[i]` stands between i and i + 1, and its last element is 0.
 */
function tridiagonalEigenvalues(diagonal: Float64Array, off: Float64Array): void {
  const size = diagonal.length;
  let largest = 0;
  for (const value of off) largest = Math.max(largest, Math.abs(value));
  /** All diagonal elements begin at zero: what is negligible is so beside the whole matrix. */
  const negligible = Number.EPSILON * largest * 0.5;
  for (let l = 0; l < size; l++) {
    for (let steps = 0; ; steps++) {
      let m = l;
      while (m < size - 1 && Math.abs(off[m]) > negligible) m++;
      if (m === l) break;
      if (steps === mostSteps) throw new Error("The QL algorithm did not converge.");
      qlStep(diagonal, off, l, m);
    }
  }
}

function qlStep(diagonal: Float64Array, off: Float64Array, l: number, m: number): void {
  let g = (diagonal[l + 1] - diagonal[l]) / (2 * off[l]);
  let r = Math.hypot(g, 1);
  g = diagonal[m] - diagonal[l] + off[l] / (g + (g < 0 ? -r : r));
  let [s, c, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = s * off[i];
    const b = c * off[i];
    r = Math.hypot(f, g);
    off[i + 1] = r;
    if (r === 0) {
      diagonal[i + 1] -= p;
      off[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = diagonal[i + 1] - p;
    r = (diagonal[i] - g) * s + 2 * c * b;
    p = s * r;
    diagonal[i + 1] = g + p;
    g = c * r - b;
  }
  diagonal[l] -= p;
  off[l] = g;
  off[m] = 0;
}
