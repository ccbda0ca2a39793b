/**
 * Makes a square matrix ready for the QR algorithm, in place: balanced (Parlett & Reinsch 1969), then reduced to upper
 * Hessenberg form by Householder reflections (Golub & Van Loan, Matrix Computations, algorithms 7.4.2 and 7.5.2).
 * Both are similarities: the eigenvalues stay.
 */

/** Row-major (size, size). Rows between two pauses, so that the thread can answer others. */
const rowsPerPause = 16;

/**
 * Scales rows and columns by powers of two, which rounds nothing, until their norms are alike: eigenvalues of a matrix
 * whose units differ by orders of magnitude would else be lost in rounding.
 */
export function balance(matrix: Float64Array, size: number): void {
  for (let settled = false; !settled;) {
    settled = true;
    for (let index = 0; index < size; index++) {
      const { row, column } = offDiagonalSums(matrix, size, index);
      if (row === 0 || column === 0) continue;
      const exponent = Math.round(Math.log2(row / column) / 2);
      const factor = 2 ** exponent;
      if (factor === 1 || column * factor + row / factor >= 0.95 * (column + row)) continue;
      settled = false;
      for (let j = 0; j < size; j++) matrix[index * size + j] /= factor;
      for (let i = 0; i < size; i++) matrix[i * size + index] *= factor;
    }
  }
}

function offDiagonalSums(matrix: Float64Array, size: number, index: number) {
  let row = 0;
  let column = 0;
  for (let other = 0; other < size; other++) {
    if (other === index) continue;
    row += Math.abs(matrix[index * size + other]);
    column += Math.abs(matrix[other * size + index]);
  }
  return { row, column };
}

/** A ← QᵀAQ with zeros below the first subdiagonal. Yields the columns that are done. */
export function* reduceToHessenberg(matrix: Float64Array, size: number): Generator<number, void> {
  const reflector = new Float64Array(size);
  const product = new Float64Array(size);
  for (let column = 0; column < size - 2; column++) {
    const first = column + 1;
    let norm = 0;
    for (let i = first; i < size; i++) norm = Math.hypot(norm, matrix[i * size + column]);
    if (norm === 0) continue;
    // v = x ± ‖x‖e₁ with the sign that adds, so that nothing cancels; H = I − 2vvᵀ/vᵀv.
    const head = matrix[first * size + column];
    const alpha = head > 0 ? -norm : norm;
    reflector[first] = 1;
    for (let i = first + 1; i < size; i++) {
      reflector[i] = matrix[i * size + column] / (head - alpha);
    }
    const scale = (alpha - head) / alpha;
    matrix[first * size + column] = alpha;
    for (let i = first + 1; i < size; i++) matrix[i * size + column] = 0;
    reflectRows(matrix, size, first, scale, reflector, product);
    reflectColumns(matrix, size, first, scale, reflector);
    if (column % rowsPerPause === 0) yield column;
  }
}

/** A ← (I − βvvᵀ)A on the columns right of the one that is done. */
function reflectRows(
  matrix: Float64Array,
  size: number,
  first: number,
  scale: number,
  reflector: Float64Array,
  product: Float64Array,
): void {
  product.fill(0, first);
  for (let i = first; i < size; i++) {
    const weight = reflector[i];
    const row = i * size;
    for (let j = first; j < size; j++) product[j] += weight * matrix[row + j];
  }
  for (let i = first; i < size; i++) {
    const weight = scale * reflector[i];
    const row = i * size;
    for (let j = first; j < size; j++) matrix[row + j] -= weight * product[j];
  }
}

/** A ← A(I − βvvᵀ). */
function reflectColumns(
  matrix: Float64Array,
  size: number,
  first: number,
  scale: number,
  reflector: Float64Array,
): void {
  for (let i = 0; i < size; i++) {
    const row = i * size;
    let sum = 0;
    for (let j = first; j < size; j++) sum += matrix[row + j] * reflector[j];
    sum *= scale;
    for (let j = first; j < size; j++) matrix[row + j] -= sum * reflector[j];
  }
}
