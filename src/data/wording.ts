/** Numbers in messages. */

/** 1234567 → `1,234,567`, whatever the machine's language. */
export const grouped = (count: number): string => count.toLocaleString("en-US");

/** `1 row`, `2 rows`. */
export const counted = (count: number, noun: string): string =>
  `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
