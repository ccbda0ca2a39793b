/** Numbers in messages. */

/** 1234567 → `1,234,567`, whatever the machine's language. Without Intl, whose first use takes 12 ms of every command. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");

/** `1 row`, `2 rows`. */
export const counted = (count: number, noun: string): string =>
  `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
