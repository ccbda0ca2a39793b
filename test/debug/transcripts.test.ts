import { describe, expect, it } from "vitest";
import { capabilities } from "../../src/debug/capabilities.ts";
import { playScenario, scenarios } from "./scenarios.ts";
import { expectTranscript } from "./transcript.ts";
import type { TestClient } from "./client.ts";

type Log = TestClient["log"];

const logs = await Promise.all(scenarios.map(playScenario));

describe("whole sessions", () => {
  it.each(scenarios.map(({ name }, index) => [name, logs[index]] as const))("%s", expectTranscript);

  it("answers every request exactly once, and numbers its messages", () => {
    for (const log of logs) {
      const requests = log.filter(({ type }) => type === "request");
      const answers = log.filter(({ type }) => type === "response");
      expect(answers.map((each) => each["request_seq"])).toEqual(requests.map(({ seq }) => seq));
      const sent = log.filter(({ type }) => type !== "request").map(({ seq }) => seq);
      expect(sent).toEqual(sent.map((_, index) => index + 1));
    }
  });
});

/** The request that a capability promises, and what it must have been asked with. */
const evidence: Readonly<Record<string, (log: Log) => boolean>> = {
  supportsConfigurationDoneRequest: asked("configurationDone"),
  supportsStepBack: (log) => asked("stepBack")(log) || asked("reverseContinue")(log),
  supportsGotoTargetsRequest: asked("gotoTargets"),
  supportsStepInTargetsRequest: asked("stepInTargets"),
  supportsRestartRequest: asked("restart"),
  supportsTerminateRequest: asked("terminate"),
  supportsLoadedSourcesRequest: asked("loadedSources"),
  supportsConditionalBreakpoints: someBreakpoint("condition"),
  supportsHitConditionalBreakpoints: someBreakpoint("hitCondition"),
  supportsLogPoints: someBreakpoint("logMessage"),
  supportsBreakpointLocationsRequest: asked("breakpointLocations"),
  supportsFunctionBreakpoints: asked("setFunctionBreakpoints"),
  supportsDataBreakpoints: (log) =>
    asked("dataBreakpointInfo")(log) && asked("setDataBreakpoints")(log),
  supportsExceptionFilterOptions: asked(
    "setExceptionBreakpoints",
    (given) => "filterOptions" in given,
  ),
  supportsExceptionInfoRequest: asked("exceptionInfo"),
  exceptionBreakpointFilters: asked("setExceptionBreakpoints"),
  supportsEvaluateForHovers: asked("evaluate", ({ context }) => context === "hover"),
  supportsClipboardContext: asked("evaluate", ({ context }) => context === "clipboard"),
  supportsCompletionsRequest: asked("completions"),
  completionTriggerCharacters: asked("completions", ({ text }) => String(text).endsWith(".")),
  supportsSetVariable: asked("setVariable"),
  supportsSetExpression: asked("setExpression"),
  supportsReadMemoryRequest: asked("readMemory"),
};

function asked(
  command: string,
  isSo: (given: Record<string, unknown>) => boolean = () => true,
): (log: Log) => boolean {
  return (log) =>
    log.some(
      (message) =>
        message.type === "request" &&
        message["command"] === command &&
        isSo((message["arguments"] as Record<string, unknown> | undefined) ?? {}) &&
        log.some((answer) => answer["request_seq"] === message.seq && answer["success"] === true),
    );
}

function someBreakpoint(key: string): (log: Log) => boolean {
  return asked("setBreakpoints", ({ breakpoints }) =>
    (breakpoints as Record<string, unknown>[]).some((each) => key in each),
  );
}

describe("what the adapter says it can do", () => {
  it.each(Object.keys(capabilities))("%s is asked of it in a session, and answered", (name) => {
    expect(evidence, `no evidence for ${name}`).toHaveProperty(name);
    expect(logs.some(evidence[name])).toBe(true);
  });

  it("offers every exception in some session", () => {
    const used = new Set(
      JSON.stringify(logs).match(/nonFinite|vanishing|exploding|saturated|wrong/g),
    );
    for (const { filter } of capabilities.exceptionBreakpointFilters ?? []) {
      expect(used).toContain(filter);
    }
  });
});
