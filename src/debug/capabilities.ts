/** What the adapter can do. `test/debug` holds every line of it to a request that is answered. */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { exceptionFilters } from "./breakpoints/exceptionFilters.ts";

export const capabilities: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsStepBack: true,
  supportsGotoTargetsRequest: true,
  supportsStepInTargetsRequest: true,
  supportsRestartRequest: true,
  supportsTerminateRequest: true,
  supportsLoadedSourcesRequest: true,

  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsBreakpointLocationsRequest: true,
  supportsFunctionBreakpoints: true,
  supportsDataBreakpoints: true,
  supportsExceptionFilterOptions: true,
  supportsExceptionInfoRequest: true,
  exceptionBreakpointFilters: exceptionFilters.map(
    ({ filter, title, description, conditionHint }) => ({
      filter,
      label: title,
      description,
      default: filter === "nonFinite",
      supportsCondition: true,
      conditionDescription: conditionHint,
    }),
  ),

  supportsEvaluateForHovers: true,
  supportsClipboardContext: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: [".", "("],
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsReadMemoryRequest: true,
};
