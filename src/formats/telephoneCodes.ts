/**
 * The two codes in which telephones write a sample in 8 bits, steps growing with the loudness (ITU-T G.711, 1988): sign, exponent of
 * 3 bits, mantissa of 4. Answers are as of 16 bits.
 */

/** µ-law, all bits turned: ±((2·mantissa + 33) · 2^exponent − 33) of 14 bits. */
export function fromMuLaw(code: number): number {
  const turned = ~code & 0xff;
  const exponent = (turned >> 4) & 7;
  const magnitude = ((2 * (turned & 15) + 33) << exponent) - 33;
  return (turned & 0x80 ? -4 : 4) * magnitude;
}

/** A-law, every other bit turned: ±(2·mantissa + 1) of 13 bits, or ±(2·mantissa + 33) · 2^(exponent − 1). */
export function fromALaw(code: number): number {
  const turned = code ^ 0x55;
  const exponent = (turned >> 4) & 7;
  const mantissa = 2 * (turned & 15) + 1;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 32) << (exponent - 1);
  return (turned & 0x80 ? 8 : -8) * magnitude;
}
