/**
 * Loads and stores of four neighbouring numbers, or of one where a row's end is near. The flag is a
 * constant at every call, so each pass compiles to a loop of fours and a tail of ones.
 */

// @ts-ignore: decorator
@inline
export function load(at: usize, four: bool): v128 {
  return four ? v128.load(at) : v128.load32_zero(at);
}

// @ts-ignore: decorator
@inline
export function store(at: usize, value: v128, four: bool): void {
  if (four) v128.store(at, value);
  else v128.store32_lane(at, value, 0);
}
