/**
 * A unit × time heatmap of a tensor: asks for what is in view at the resolution of the screen, keeps
 * the last answer until the next one comes, and draws it. Also knows every unit's place in the order.
 */
import type { HeatmapRequest } from "../../src/protocol/instruments.ts";
import type { Heatmap } from "../../src/trace/heatmap.ts";
import type { UnitOrder } from "../../src/trace/order.ts";
import { drawCells, paintCells } from "./canvas.ts";
import type { ColorScale, ColorTable } from "./colorMaps.ts";
import { fetchedCell, placeOf, type Fetched, type HeatmapGeometry } from "./heatmapGeometry.ts";
import type { Host } from "./host.ts";
import { latest } from "./latest.ts";
import { partWithin, spanLength, type Span } from "./span.ts";

export interface HeatmapSubject {
  /** Trace's id. */
  readonly trace: string;
  /** Whatever is the same for all traces of one sequence. */
  readonly sequence: string;
  readonly tensor: string;
  readonly order: UnitOrder;
  /** H */
  readonly units: number;
  /** Steps that there is anything of: nothing is drawn at the others. */
  readonly computed: Span;
}

export interface HeatmapData extends Fetched {
  readonly subject: HeatmapSubject;
  readonly values: Float32Array;
  readonly minimum: number;
  readonly maximum: number;
  readonly nonFiniteCount: number;
  readonly saturatedLow: number;
  readonly saturatedHigh: number;
}

/** Units in the order that is shown. */
export interface OrderData {
  readonly subject: HeatmapSubject;
  /** (H) unit at each position. */
  readonly unitAt: Uint32Array;
  /** (H) position of each unit. */
  readonly positionOf: Uint32Array;
  /** (H) share of steps at which the unit at each position is saturated. */
  readonly saturation: Float32Array;
}

export interface HeatmapCell {
  readonly value: number;
  /** Steps and positions that the value stands for: it is the one of largest magnitude among them. */
  readonly steps: { readonly from: number; readonly to: number };
  readonly units: { readonly from: number; readonly to: number };
}

export interface UnitHeatmap {
  readonly data: HeatmapData | undefined;
  readonly order: OrderData | undefined;
  /** Sees to it that what `geometry` shows of `subject` is there, or comes. */
  show(subject: HeatmapSubject, geometry: HeatmapGeometry, ratio: number): void;
  draw(
    context: CanvasRenderingContext2D,
    geometry: HeatmapGeometry,
    scale: ColorScale,
    table: ColorTable,
  ): void;
  cell(t: number, position: number): HeatmapCell | undefined;
  clear(): void;
}

export function createUnitHeatmap(
  host: Host,
  on: {
    readonly changed: () => void;
    readonly error: (error: unknown) => void;
    readonly pending: (pending: boolean) => void;
  },
): UnitHeatmap {
  let data: HeatmapData | undefined;
  let order: OrderData | undefined;
  let painted: { readonly image: HTMLCanvasElement; readonly key: unknown[] } | undefined;
  let wanted: HeatmapSubject | undefined;
  let asked = "";
  let askedOrder = "";

  const cells = latest<{ subject: HeatmapSubject; request: HeatmapRequest }, Heatmap>(
    ({ request }, signal) => host.call("heatmap", request, { signal }),
    {
      answer(heatmap, { subject, request }) {
        if (wanted && !samePicture(subject, wanted)) return;
        data = received(heatmap, subject, request);
        on.changed();
      },
      error(error, { subject }) {
        if (wanted && !sameSubject(subject, wanted)) return;
        asked = "";
        on.error(error);
      },
      pending: on.pending,
    },
  );
  const orders = latest<HeatmapSubject, Heatmap>(
    (subject, signal) => host.call("heatmap", orderRequest(subject), { signal }),
    {
      answer(heatmap, subject) {
        if (wanted && !samePicture(subject, wanted)) return;
        order = receivedOrder(heatmap, subject);
        on.changed();
      },
      error(error, subject) {
        if (wanted && !sameSubject(subject, wanted)) return;
        askedOrder = "";
        on.error(error);
      },
    },
  );

  return {
    get data() {
      return data;
    },
    get order() {
      return order;
    },
    show(subject, geometry, ratio) {
      wanted = subject;
      const { trace, tensor, order: by } = subject;
      const subjectKey = `${trace} ${tensor} ${by}`;
      if (subjectKey !== askedOrder) {
        askedOrder = subjectKey;
        orders.ask(subject);
      }
      const request = requestFor(subject, geometry, ratio);
      const key = JSON.stringify(request);
      if (key === asked) return;
      asked = key;
      cells.ask({ subject, request });
    },
    draw(context, geometry, scale, table) {
      if (!data) return;
      const { values, rows, columns } = data;
      const key = [values, table, scale.kind, scale.minimum, scale.maximum];
      if (!painted || painted.key.some((part, index) => part !== key[index])) {
        painted = { image: paintCells(values, rows, columns, scale, table), key };
      }
      const { left, top, width, height } = placeOf(data, geometry);
      context.save();
      context.beginPath();
      context.rect(geometry.time.left, geometry.top, geometry.time.width, geometry.height);
      context.clip();
      drawCells(context, painted.image, left, top, width, height);
      context.restore();
    },
    cell(t, position) {
      const found = data && fetchedCell(data, t, position);
      return (
        found && data && { value: data.values[found.index], steps: found.steps, units: found.units }
      );
    },
    clear() {
      cells.cancel();
      orders.cancel();
      data = order = painted = undefined;
      asked = askedOrder = "";
    },
  };
}

/** Whether an answer is about this subject, and not about one that was chosen before. */
export const isAbout = (
  answer: { readonly subject: HeatmapSubject } | undefined,
  subject: HeatmapSubject,
): boolean => answer !== undefined && sameSubject(answer.subject, subject);

/** Through whatever weights: who goes through a training sees what there is already. */
const samePicture = (one: HeatmapSubject, other: HeatmapSubject): boolean =>
  one.sequence === other.sequence && one.tensor === other.tensor && one.order === other.order;

/** As `isAbout`, through whatever weights. */
export const isLike = (
  { subject: shown }: { readonly subject: HeatmapSubject },
  subject: HeatmapSubject,
): boolean => samePicture(shown, subject);

const sameSubject = (one: HeatmapSubject, other: HeatmapSubject): boolean =>
  one.trace === other.trace && one.tensor === other.tensor && one.order === other.order;

/** One cell for each pixel of the screen at most. */
function requestFor(
  subject: HeatmapSubject,
  geometry: HeatmapGeometry,
  ratio: number,
): HeatmapRequest {
  const { width } = geometry.time;
  const { units, height } = geometry;
  const { trace, tensor, order, computed } = subject;
  const span = partWithin(geometry.time.span, computed);
  return {
    trace,
    tensor,
    order,
    steps: [span.from, span.to],
    units: [units.from, units.to],
    columns: Math.max(1, Math.min(spanLength(span), Math.round(width * ratio))),
    rows: Math.max(1, Math.min(spanLength(units), Math.round(height * ratio))),
  };
}

/** The order of all units: a heatmap one step wide and as high as there are units. */
const orderRequest = ({
  trace,
  tensor,
  order,
  units,
  computed,
}: HeatmapSubject): HeatmapRequest => ({
  trace,
  tensor,
  order,
  steps: [computed.from, computed.from + 1],
  units: [0, units],
  columns: 1,
  rows: units,
});

function received(heatmap: Heatmap, subject: HeatmapSubject, request: HeatmapRequest): HeatmapData {
  const { columns, rows, minimum, maximum, nonFiniteCount, saturatedLow, saturatedHigh } = heatmap;
  return {
    subject,
    steps: { from: request.steps[0], to: request.steps[1] },
    units: { from: request.units[0], to: request.units[1] },
    columns,
    rows,
    values: new Float32Array(heatmap.values),
    minimum,
    maximum,
    nonFiniteCount,
    saturatedLow,
    saturatedHigh,
  };
}

function receivedOrder(heatmap: Heatmap, subject: HeatmapSubject): OrderData {
  const unitAt = new Uint32Array(heatmap.unitNumbers);
  const positionOf = new Uint32Array(unitAt.length);
  unitAt.forEach((unit, position) => (positionOf[unit] = position));
  return { subject, unitAt, positionOf, saturation: new Float32Array(heatmap.saturation) };
}
