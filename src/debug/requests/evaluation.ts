/** Expressions: in Watch, in hovers, in the debug console, and as new values. */
import { compile } from "../expression/compile.ts";
import { completionsAt } from "../expression/completions.ts";
import type { Environment } from "../expression/environment.ts";
import { ExpressionError, underline } from "../expression/expressionError.ts";
import { isNumbers, listOf } from "../expression/value.ts";
import { parseAssignment } from "../expression/parse.ts";
import { fromClientColumn, toClientColumn } from "../clientView.ts";
import { RequestError } from "../requestError.ts";
import { environmentOf, stepNow, undoEdit, type Session } from "../session.ts";
import { describeEdit } from "../variables/changes.ts";
import { expressionItem } from "../variables/expressionItem.ts";
import { ablate, assign } from "./assign.ts";
import { findItem } from "./findItem.ts";
import { toVariable } from "./inspection.ts";
import { helpText } from "../expression/helpText.ts";
import type { Item } from "../variables/variableStore.ts";
import { hoveredSteps } from "./hover.ts";
import type { Handlers } from "./requests.ts";

export const evaluation: Handlers<"evaluate" | "completions" | "setVariable" | "setExpression"> = {
  async evaluate(session, request) {
    const { expression, frameId, context } = request;
    const hovered = context === "hover" ? hoveredSteps(session, request) : undefined;
    if (hovered) return shown(session, hovered);
    const environment = environmentOf(session, frameId);
    if (context !== "repl") return evaluate(session, expression, environment, context);
    try {
      return (
        (await runCommand(session, expression.trim(), environment)) ??
        evaluate(session, expression, environment, context)
      );
    } catch (error) {
      // The console has room to point at the mistake.
      if (!(error instanceof ExpressionError)) throw error;
      throw new RequestError(underline(expression, error));
    }
  },
  completions(session, { text, column, frameId }) {
    const at = fromClientColumn(session, column) - 1;
    const { from, items } = completionsAt(text.slice(0, at), environmentOf(session, frameId));
    return {
      targets: items.map(({ label, text: inserted, detail, isFunction }) => ({
        label,
        ...(inserted !== undefined && { text: inserted, selectionStart: inserted.length - 1 }),
        detail,
        type: isFunction ? "function" : "variable",
        start: toClientColumn(session, from + 1),
        length: at - from,
      })),
    };
  },
  async setVariable(session, { variablesReference, name, value }) {
    const { expression, environment } = findItem(session, variablesReference, name);
    return assigned(session, expression, value, environment);
  },
  async setExpression(session, { expression, value, frameId }) {
    return assigned(session, expression, value, environmentOf(session, frameId));
  },
};

function evaluate(
  session: Session,
  expression: string,
  environment: Environment,
  context: string | undefined,
) {
  const t = stepNow(session);
  const compiled = compile(expression, environment);
  if (context === "clipboard") {
    const value = compiled.at(t);
    const result = isNumbers(value) ? `[${[...listOf(value)].join(", ")}]` : String(value);
    return { result, variablesReference: 0 };
  }
  return resultOf(session, expression, environment);
}

function resultOf(session: Session, expression: string, environment: Environment) {
  const item = expressionItem({ name: expression, expression }, environment, stepNow(session));
  return shown(session, item);
}

function shown(session: Session, item: Item) {
  const { value, evaluateName: _, name: __, ...variable } = toVariable(session, item);
  return { ...variable, result: value };
}

async function assigned(
  session: Session,
  expression: string,
  value: string,
  environment: Environment,
) {
  const { layer, direction } = environment;
  await assign(session, expression, value, environment);
  const { result, ...rest } = resultOf(session, expression, {
    ...environmentOf(session),
    layer,
    direction,
  });
  return { ...rest, value: result };
}

const said = (result: string) => ({ result, variablesReference: 0 }) as const;

/** What the debug console takes besides expressions; undefined when it is one. */
async function runCommand(
  session: Session,
  text: string,
  environment: Environment,
): Promise<{ result: string; variablesReference: 0 } | undefined> {
  if (text === "help") return said(helpText(environment));
  if (text === "undo") {
    await undoEdit(session);
    return said("The last edit is undone.");
  }
  const ablated = /^ablate\s*\((.*)\)$|^ablate\s+(.*)$/s.exec(text);
  if (ablated) {
    await ablate(session, ablated[1] ?? ablated[2], environment);
    return said(lastEdit(session));
  }
  const assignment = parseAssignment(text);
  if (!assignment) return undefined;
  const { target, value } = assignment;
  await assign(
    session,
    text.slice(target.from, target.to),
    text.slice(value.from, value.to),
    environment,
  );
  return said(lastEdit(session));
}

function lastEdit({ launched }: Session): string {
  const edit = launched?.program.edits.at(-1);
  return edit ? `${describeEdit(edit)}.` : "Nothing has been edited.";
}
