/** `5` the fifth time only; `>= 5`, `> 5`, `< 5`, `<= 5`; `% 3` every third time. */
import { RequestError } from "../requestError.ts";

export function parseHitCondition(text: string): (hits: number) => boolean {
  const match = /^\s*(>=|<=|==|=|>|<|%)?\s*(\d+)\s*$/.exec(text);
  const number = Number(match?.[2]);
  if (!match || (match[1] === "%" && number === 0)) {
    throw new RequestError(
      `"${text}" is no hit count. Write a number, or one with a sign before it: 5, >= 5, % 3.`,
    );
  }
  switch (match[1]) {
    case ">=":
      return (hits) => hits >= number;
    case "<=":
      return (hits) => hits <= number;
    case ">":
      return (hits) => hits > number;
    case "<":
      return (hits) => hits < number;
    case "%":
      return (hits) => hits % number === 0;
    default:
      return (hits) => hits === number;
  }
}
