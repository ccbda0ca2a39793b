/** The line of the Variables view that a request names by its container and its name. */
import type { Environment } from "../expression/environment.ts";
import { RequestError } from "../requestError.ts";
import type { Session } from "../session.ts";

export interface NamedExpression {
  readonly expression: string;
  readonly environment: Environment;
}

export function findItem(
  session: Session,
  variablesReference: number,
  name: string,
): NamedExpression {
  const inside = session.variables.get(variablesReference);
  const index = /^\[(\d+)\]/.exec(name)?.[1];
  const { indexed } = inside ?? {};
  const item =
    index !== undefined && indexed && Number(index) < indexed.count
      ? indexed.at(Number(index))
      : inside?.named().find((each) => each.name === name);
  if (!item) throw new RequestError(`"${name}" is no longer shown.`);
  const { expression, environment } = item;
  if (expression === undefined || !environment) {
    throw new RequestError(`"${name}" is told in words; it is no value of its own.`);
  }
  return { expression, environment };
}
