/** Every request that is answered, with its types: the protocol's own, and those of the extension. */
import type { DebugProtocol } from "@vscode/debugprotocol";
import type { CustomRequests } from "../customRequests.ts";
import type { Session } from "../session.ts";

type Of<Arguments, Response extends DebugProtocol.Response> = {
  readonly arguments: Arguments;
  readonly body: Response["body"];
};

/** An answer that says nothing but that it is done. */
type Done = { readonly body: undefined };

interface ProtocolRequests {
  initialize: Of<DebugProtocol.InitializeRequestArguments, DebugProtocol.InitializeResponse>;
  launch: { arguments: DebugProtocol.LaunchRequestArguments } & Done;
  attach: { arguments: DebugProtocol.AttachRequestArguments } & Done;
  configurationDone: { arguments: DebugProtocol.ConfigurationDoneArguments } & Done;
  disconnect: { arguments: DebugProtocol.DisconnectArguments } & Done;
  terminate: { arguments: DebugProtocol.TerminateArguments } & Done;
  restart: { arguments: DebugProtocol.RestartArguments } & Done;

  threads: Of<undefined, DebugProtocol.ThreadsResponse>;
  stackTrace: Of<DebugProtocol.StackTraceArguments, DebugProtocol.StackTraceResponse>;
  scopes: Of<DebugProtocol.ScopesArguments, DebugProtocol.ScopesResponse>;
  variables: Of<DebugProtocol.VariablesArguments, DebugProtocol.VariablesResponse>;
  source: Of<DebugProtocol.SourceArguments, DebugProtocol.SourceResponse>;
  loadedSources: Of<DebugProtocol.LoadedSourcesArguments, DebugProtocol.LoadedSourcesResponse>;
  exceptionInfo: Of<DebugProtocol.ExceptionInfoArguments, DebugProtocol.ExceptionInfoResponse>;
  readMemory: Of<DebugProtocol.ReadMemoryArguments, DebugProtocol.ReadMemoryResponse>;

  next: { arguments: DebugProtocol.NextArguments } & Done;
  stepIn: { arguments: DebugProtocol.StepInArguments } & Done;
  stepInTargets: Of<DebugProtocol.StepInTargetsArguments, DebugProtocol.StepInTargetsResponse>;
  stepOut: { arguments: DebugProtocol.StepOutArguments } & Done;
  stepBack: { arguments: DebugProtocol.StepBackArguments } & Done;
  continue: Of<DebugProtocol.ContinueArguments, DebugProtocol.ContinueResponse>;
  reverseContinue: { arguments: DebugProtocol.ReverseContinueArguments } & Done;
  pause: { arguments: DebugProtocol.PauseArguments } & Done;
  gotoTargets: Of<DebugProtocol.GotoTargetsArguments, DebugProtocol.GotoTargetsResponse>;
  goto: { arguments: DebugProtocol.GotoArguments } & Done;

  setBreakpoints: Of<DebugProtocol.SetBreakpointsArguments, DebugProtocol.SetBreakpointsResponse>;
  setFunctionBreakpoints: Of<
    DebugProtocol.SetFunctionBreakpointsArguments,
    DebugProtocol.SetFunctionBreakpointsResponse
  >;
  setDataBreakpoints: Of<
    DebugProtocol.SetDataBreakpointsArguments,
    DebugProtocol.SetDataBreakpointsResponse
  >;
  dataBreakpointInfo: Of<
    DebugProtocol.DataBreakpointInfoArguments,
    DebugProtocol.DataBreakpointInfoResponse
  >;
  setExceptionBreakpoints: Of<
    DebugProtocol.SetExceptionBreakpointsArguments,
    DebugProtocol.SetExceptionBreakpointsResponse
  >;
  breakpointLocations: Of<
    DebugProtocol.BreakpointLocationsArguments,
    DebugProtocol.BreakpointLocationsResponse
  >;

  evaluate: Of<DebugProtocol.EvaluateArguments, DebugProtocol.EvaluateResponse>;
  completions: Of<DebugProtocol.CompletionsArguments, DebugProtocol.CompletionsResponse>;
  setVariable: Of<DebugProtocol.SetVariableArguments, DebugProtocol.SetVariableResponse>;
  setExpression: Of<DebugProtocol.SetExpressionArguments, DebugProtocol.SetExpressionResponse>;
}

type Requests = ProtocolRequests & CustomRequests;

/** What a request is answered with; what it throws becomes an answer that says that it failed. */
export type Handlers<K extends keyof Requests = keyof Requests> = {
  readonly [Command in K]: (
    session: Session,
    request: Requests[Command]["arguments"],
  ) => Requests[Command]["body"] | Promise<Requests[Command]["body"]>;
};
