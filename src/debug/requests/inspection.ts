/** What is on the stack, and what is in it. */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { explain } from "../breakpoints/explain.ts";
import { toPlace, toSource } from "../clientView.ts";
import { compile } from "../expression/compile.ts";
import { RequestError } from "../requestError.ts";
import { environmentOf, framesOf, programOf, stepNow, type Session } from "../session.ts";
import { subStepAt } from "../stepping/stack.ts";
import { bytesOf, encodeBase64, parseMemoryName } from "../variables/memory.ts";
import { scopesOf } from "../variables/scopes.ts";
import type { Item } from "../variables/variableStore.ts";
import type { Handlers } from "./requests.ts";

export const inspection: Handlers<
  | "stackTrace"
  | "scopes"
  | "variables"
  | "source"
  | "loadedSources"
  | "exceptionInfo"
  | "readMemory"
> = {
  stackTrace(session, { startFrame = 0, levels }) {
    const program = programOf(session);
    const place = toPlace(session, program, program.reading(stepNow(session)).place);
    const frames = framesOf(session);
    const subStep = subStepAt(program.trace, session.position);
    const end = levels ? startFrame + levels : frames.length;
    return {
      totalFrames: frames.length,
      stackFrames: frames.slice(startFrame, end).map(({ title }, index) => {
        const number = startFrame + index;
        const name = subStep && number === 0 ? `${title} · ${subStep.title}` : title;
        return { id: number + 1, name, ...place };
      }),
    };
  },
  scopes(session, { frameId }) {
    const subStep = subStepAt(programOf(session).trace, session.position);
    const isTop = frameId === 1;
    const scopes = scopesOf(environmentOf(session, frameId), {
      t: stepNow(session),
      isBackward: session.position.phase === "backward",
      subStep: isTop ? subStep : undefined,
    });
    return {
      scopes: scopes.map(({ name, items, isExpensive }) => {
        // Made when it is opened, and then once.
        let made: readonly Item[] | undefined;
        const inside = { namedCount: 0, named: () => (made ??= items()) };
        return {
          name,
          variablesReference: session.variables.add(inside),
          expensive: isExpensive === true,
        };
      }),
    };
  },
  variables(session, { variablesReference, filter, start = 0, count }) {
    const inside = session.variables.get(variablesReference);
    if (!inside) return { variables: [] };
    const named = filter === "indexed" ? [] : inside.named();
    const { indexed } = inside;
    const total = filter === "named" || !indexed ? 0 : indexed.count;
    const end = count ? Math.min(total, start + count) : total;
    const page = Array.from({ length: Math.max(0, end - start) }, (_, k) => indexed?.at(start + k));
    return {
      variables: [...named, ...page].flatMap((item) => (item ? toVariable(session, item) : [])),
    };
  },
  source(session, { source, sourceReference }) {
    const program = programOf(session);
    const number = source?.sourceReference || sourceReference;
    const { text } = program.sources[number - 1] ?? {};
    if (text === undefined) throw new RequestError("The session has no such document.");
    return { content: text };
  },
  loadedSources(session) {
    const program = programOf(session);
    return { sources: program.sources.map((_, index) => toSource(program, index)) };
  },
  exceptionInfo(session) {
    const { exception } = session.stop;
    if (!exception) throw new RequestError("It did not stop at an exception.");
    const { filter, title, condition, frame } = exception;
    const t = stepNow(session);
    const reason = explain(condition, { program: programOf(session), ...frame }, t);
    return {
      exceptionId: title,
      description: `In ${frame.title}, at step ${t}: ${reason}`,
      breakMode: "always",
      details: { typeName: filter, message: reason, evaluateName: condition },
    };
  },
  readMemory(session, { memoryReference, offset = 0, count }) {
    const place = parseMemoryName(memoryReference);
    if (!place) throw new RequestError("There are no bytes under this name.");
    const { layer, direction, t, expression } = place;
    const environment = { program: programOf(session), layer, direction };
    const bytes = bytesOf(compile(expression, environment).at(t));
    const from = Math.min(Math.max(0, offset), bytes.length);
    const part = bytes.subarray(from, Math.min(bytes.length, from + Math.max(0, count)));
    return {
      address: `0x${from.toString(16)}`,
      data: encodeBase64(part),
      unreadableBytes: count - part.length,
    };
  },
};

export function toVariable(session: Session, item: Item): DebugProtocol.Variable {
  const { name, value, type, expression, inside, memory, isEditable } = item;
  return {
    name,
    value,
    ...(type !== undefined && { type }),
    ...(expression !== undefined && { evaluateName: expression }),
    variablesReference: inside ? session.variables.add(inside) : 0,
    ...(inside && {
      namedVariables: inside.namedCount,
      indexedVariables: inside.indexed?.count ?? 0,
    }),
    ...(memory !== undefined && { memoryReference: memory }),
    presentationHint: {
      ...(!isEditable && { attributes: ["readOnly"] }),
      kind: inside ? "data" : "property",
    },
  };
}
