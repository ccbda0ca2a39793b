/**
 * The discrete Fourier transform by halving (Cooley & Tukey 1965, Mathematics of Computation 19): a transform of N numbers is two of N/2,
 *   X[k]       = E[k] + w^k O[k]        w = e^(−2πi/N)
 *   X[k + N/2] = E[k] − w^k O[k]
 * E of the even and O of the odd numbers. Done in place from the smallest up, after each number was put where bits read backwards say.
 */

export interface Fourier {
  /** N, a power of two. */
  readonly size: number;
  /** `real`, `imaginary` (N) become their transform, unnormalized. */
  transform(real: Float64Array, imaginary: Float64Array): void;
}

/** Tables of one size, to be used for many transforms. */
export function createFourier(size: number): Fourier {
  const places = reversedBits(size);
  const cosines = Float64Array.from({ length: size / 2 }, (_, k) =>
    Math.cos((2 * Math.PI * k) / size),
  );
  const sines = Float64Array.from({ length: size / 2 }, (_, k) =>
    Math.sin((2 * Math.PI * k) / size),
  );
  return {
    size,
    transform(real, imaginary) {
      for (let n = 0; n < size; n++) {
        if (places[n] <= n) continue;
        swap(real, n, places[n]);
        swap(imaginary, n, places[n]);
      }
      for (let half = 1; half < size; half *= 2) {
        const stride = size / (2 * half);
        for (let start = 0; start < size; start += 2 * half) {
          for (let k = 0; k < half; k++) {
            const even = start + k;
            const odd = even + half;
            const c = cosines[k * stride];
            const s = sines[k * stride];
            const turnedReal = c * real[odd] + s * imaginary[odd];
            const turnedImaginary = c * imaginary[odd] - s * real[odd];
            real[odd] = real[even] - turnedReal;
            imaginary[odd] = imaginary[even] - turnedImaginary;
            real[even] += turnedReal;
            imaginary[even] += turnedImaginary;
          }
        }
      }
    },
  };
}

/** The least power of two that is no less. */
export const powerOfTwoFrom = (length: number): number => 2 ** Math.ceil(Math.log2(length));

function reversedBits(size: number): Int32Array {
  const places = new Int32Array(size);
  for (let n = 1; n < size; n++) places[n] = (places[n >> 1] >> 1) | (n & 1 ? size >> 1 : 0);
  return places;
}

function swap(numbers: Float64Array, a: number, b: number): void {
  const kept = numbers[a];
  numbers[a] = numbers[b];
  numbers[b] = kept;
}
