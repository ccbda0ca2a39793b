/**
 * Stands in for the editor around a panel: gives the page its API, its theme and a host that answers
 * `PanelContract` with synthetic data. Chosen by query: `?theme=dark&scenario=characters`.
 * Tests reach it as `window.harness`.
 */
import { cellsAt } from "../../../src/analysis/cellSummary.ts";
import {
  serve,
  type Contract,
  type Handlers,
  type Server,
  type Transport,
} from "../../../src/protocol/channel.ts";
import type { CurvesContract } from "../../../src/protocol/curvesContract.ts";
import type { PanelContract, PanelState } from "../../../src/protocol/panelContract.ts";
import type { TimelineColumn } from "../../../src/protocol/timelineColumn.ts";
import type { WeightsChoice } from "../../../src/protocol/sequenceChoice.ts";
import type { Cursor } from "../../../src/protocol/traceSummary.ts";
import { bucketCount, bucketStart } from "../../../src/trace/buckets.ts";
import { heatmapOf } from "../../../src/trace/heatmap.ts";
import { normCurve } from "../../../src/trace/norms.ts";
import type { Trace } from "../../../src/trace/trace.ts";
import { modelHandlers } from "./modelHost.ts";
import { tuneHandlers } from "./tuneHost.ts";
import {
  curvesOf,
  scenarios,
  stateOf,
  tokenAt,
  whileLearning,
  type Scenario,
} from "./scenarios.ts";
import { syntheticSaliency, syntheticSpectra } from "./syntheticInstruments.ts";
import {
  noise,
  syntheticAttention,
  syntheticFlow,
  syntheticTrace,
  type SyntheticNetwork,
} from "./syntheticTrace.ts";
import themes from "./themes.json";

export interface Harness {
  state: PanelState;
  /** Every call that the panel made, in order. */
  readonly calls: { readonly name: string; readonly request: unknown }[];
  moveCursor(to: Partial<Cursor>): void;
  setTheme(name: string): void;
  server: Server<PanelContract>;
}

declare global {
  interface Window {
    harness: Harness;
  }
}

const query = new URLSearchParams(location.search);
const scenarioName = query.get("scenario") ?? "characters";
const page = location.pathname.slice(1);
/** These have a contract and scenarios of their own. */
const isApart = page === "model" || page === "tune";
const scenario: Scenario = scenarios[isApart ? "characters" : scenarioName];
const { network } = scenario;
const trace = network && syntheticTrace(network);
/** As it is with the weights that were chosen last. */
let learnt = trace && network && { trace, network };
const viewKey = `view of ${location.pathname}`;

setTheme(query.get("theme") ?? "dark");
Object.assign(window, {
  acquireVsCodeApi: () => ({
    postMessage: (message: unknown) => fromPanel(structuredClone(message)),
    getState: () => JSON.parse(sessionStorage.getItem(viewKey) ?? "null") ?? undefined,
    setState: (state: unknown) => sessionStorage.setItem(viewKey, JSON.stringify(state)),
  }),
});

function setTheme(name: string): void {
  const theme = (
    themes as Record<string, { bodyClass: string; variables: Record<string, string> }>
  )[name];
  const root = document.documentElement;
  root.removeAttribute("style");
  for (const [variable, value] of Object.entries(theme.variables))
    root.style.setProperty(variable, value);
  document.body.className = theme.bodyClass;
  // The editor paints the side bar beneath a view; the page itself is transparent.
  const { place } = document.body.dataset;
  root.style.background = theme.variables[`--vscode-${place}-background`];
}

let fromPanel: (message: unknown) => void = () => {};
const transport: Transport = {
  // The channel of a real webview copies; a message never shares memory with the host.
  send: (message) => window.postMessage(asJson(structuredClone(message)), "*"),
  listen(onMessage) {
    fromPanel = onMessage;
    return () => (fromPanel = () => {});
  },
};

/** As the host does: the choice at once, then the trace through these weights. */
function showThrough(at: WeightsChoice): void {
  const { harness } = window;
  const { snapshots, trace } = harness.state;
  if (!snapshots || !trace || !network) return;
  const shown = { ...snapshots, at };
  harness.server.emit("snapshots", shown);
  const update = typeof at === "number" ? at : (snapshots.updates.at(-1) ?? 0);
  const then = whileLearning(network, update / 1200);
  learnt = { trace: syntheticTrace(then), network: then };
  harness.state = {
    ...harness.state,
    snapshots: shown,
    trace: { ...trace, id: `trace after ${update}`, checkpoint: "snapshot", update },
  };
  harness.server.emit("state", harness.state);
}

const serveRecorded = <C extends Contract>(handlers: Handlers<C>): Server<C> =>
  serve<C>(transport, recorded<C>(handlers));
const server =
  page === "model"
    ? serveRecorded(modelHandlers(scenarioName))
    : page === "tune"
      ? serveRecorded(tuneHandlers(scenarioName))
      : page === "curves"
        ? serveRecorded<CurvesContract>({ ready: () => curvesOf(scenario), run: () => null })
        : serveRecorded(handlers());
/** As the editor does it: JSON for all but buffers, in which a number that is not finite becomes null. */
function asJson(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, asJson(field)]));
}

window.harness = {
  state: stateOf(scenario),
  calls: [],
  moveCursor,
  setTheme,
  // Only panels have a cursor to move.
  server: server as Server<PanelContract>,
};

function moveCursor(to: Partial<Cursor>): void {
  const { harness } = window;
  const cursor = { layer: 0, direction: "forward" as const, t: 0, ...harness.state.cursor, ...to };
  harness.state = { ...harness.state, cursor };
  window.harness.server.emit("cursor", cursor);
}

function handlers(): Handlers<PanelContract> {
  return {
    ready: () => window.harness.state,
    seen: () => null,
    moveCursor: (to) => (moveCursor(to), null),
    showThrough: ({ weights }) => (showThrough(weights), null),
    run: () => null,
    columns: ({ steps: [from, to] }) =>
      about((trace, network) => ({
        columns: Array.from(
          { length: Math.max(0, Math.min(to, network.steps) - from) },
          (_, index) => columnAt(trace, network, from + index),
        ),
      })),
    heatmap: (request) => about((trace) => heatmapOf(trace, request)),
    norms: (request) => about((trace) => normCurve(trace, request)),
    jacobians: ({ columns }) => about((_, network) => syntheticSpectra(network, columns)),
    saliency: ({ t, method, output }) =>
      about((_, network) => syntheticSaliency(network, t, method, output)),
    gradientFlow: ({ rows, columns }) => about((_, network) => flowOf(network, rows, columns)),
  };
}

async function about<Answer>(
  answer: (trace: Trace, network: SyntheticNetwork) => Answer,
): Promise<Answer> {
  if (scenario.delayMs) await new Promise((resolve) => setTimeout(resolve, scenario.delayMs));
  if (scenario.failure) throw new Error(scenario.failure);
  if (!learnt) throw new Error("There is no trace.");
  return answer(learnt.trace, learnt.network);
}

function flowOf(network: SyntheticNetwork, maximumRows: number, maximumColumns: number) {
  const { steps } = network;
  const rowCount = network.output === "last-step" ? 1 : bucketCount(steps, maximumRows);
  const columnCount = bucketCount(steps, maximumColumns);
  const lossSteps = Uint32Array.from({ length: rowCount }, (_, row) =>
    network.output === "last-step" ? steps - 1 : bucketStart(row + 1, steps, rowCount) - 1,
  );
  const sourceSteps = Uint32Array.from({ length: columnCount }, (_, column) =>
    bucketStart(column, steps, columnCount),
  );
  const values = new Float32Array(rowCount * columnCount);
  lossSteps.forEach((t, row) =>
    sourceSteps.forEach((k, column) => {
      values[row * columnCount + column] = syntheticFlow(network, t, k);
    }),
  );
  return { lossSteps: lossSteps.buffer, sourceSteps: sourceSteps.buffer, values: values.buffer };
}

const warmth = (t: number): number => 14 + 6 * Math.sin(t / 5) + 2 * noise(t, 46);

function columnAt(trace: Trace, network: SyntheticNetwork, t: number): TimelineColumn {
  const isBroken = t >= (scenario.breaksFrom ?? Infinity);
  const { pair } = network;
  const first = pair ? pair.source.length : 0;
  const hasOutput = t >= first && (network.output === "each-step" || t === network.steps - 1);
  // A decoder ends with a sign that is no token.
  const next = pair && t === network.steps - 1 ? "⟨end⟩" : tokenAt(network, t + 1);
  const best = 0.35 + 0.6 * noise(t, 41);
  return {
    t,
    input: tokenAt(network, t),
    cells: isBroken
      ? cellsAt(trace, t).map((cell) => ({ ...cell, hNorm: NaN, hGradientNorm: Infinity }))
      : cellsAt(trace, t),
    inputGradientNorm: isBroken ? NaN : 0.02 * (0.5 + noise(t, 42)),
    ...(!network.tokens && {
      inputValues: network.isForecast
        ? ["temperature", "precipitation", "wind", "humidity"].map((name, index) => ({
            name,
            value: 20 * noise(t, 43, index),
          }))
        : [
            { name: "value", value: noise(t, 43) },
            { name: "marker", value: t === 7 || t === 31 ? 1 : 0 },
          ],
    }),
    ...(pair && hasOutput && { attention: syntheticAttention(pair, t - first) }),
    ...(hasOutput && { loss: isBroken ? Infinity : 2 * noise(t, 44) }),
    ...(hasOutput &&
      network.tokens && {
        targetLabel: next,
        predictions: Array.from({ length: 8 }, (_, rank) => ({
          label: rank === 0 ? next : (pair ? "0123456" : "etaoins")[rank - 1],
          probability: rank === 0 ? best : (1 - best) * 0.5 ** rank,
        })),
      }),
    ...(network.hasLabels && labelledColumn(t)),
    ...(hasOutput &&
      !network.tokens &&
      !network.hasLabels && {
        forecast: network.isForecast
          ? [
              {
                name: "temperature",
                predicted: warmth(t) + noise(t, 45),
                truth: warmth(t),
                ...(network.knowsDeviation && { deviation: 0.8 + 1.4 * noise(t >> 3, 48) }),
              },
            ]
          : [{ name: "sum", predicted: 0.86, truth: 0.88 }],
      }),
  };
}

/** What is heard: k at 8, s at 14, k at 19. */
function labelledColumn(t: number): Partial<TimelineColumn> {
  const begins = { 8: "k", 14: "s", 19: "k" }[t];
  const label = t === 14 ? "s" : t >= 8 && t < 11 ? "k" : t >= 19 && t < 24 ? "k" : "∅";
  const others = ["∅", "k", "s", "a", "u", "p", "t", "m"].filter((other) => other !== label);
  const best = 0.6 + 0.39 * noise(t, 49);
  return {
    loss: undefined,
    ...(begins !== undefined && { begins }),
    predictions: [label, ...others].map((each, rank) => ({
      label: each,
      probability: rank === 0 ? best : (1 - best) * 0.5 ** rank,
    })),
  };
}

/** Keeps a list of calls for tests. */
function recorded<C extends Contract>(handlers: Handlers<C>): Handlers<C> {
  return new Proxy(handlers, {
    get(target, name, receiver) {
      const handler: unknown = Reflect.get(target, name, receiver);
      if (typeof handler !== "function") return handler;
      return (request: unknown, context: unknown) => {
        window.harness.calls.push({ name: String(name), request });
        return handler(request, context);
      };
    },
  });
}
