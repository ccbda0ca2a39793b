/** Tunes: what a network wrote in ABC notation, seen as notes and heard. */
import "../lib/panel.css";
import "./tune.css";
import "@vscode-elements/elements/dist/vscode-button/index.js";
import { html, nothing, render } from "lit";
import type { TuneContract, TuneState } from "../../src/protocol/tuneContract.ts";
import { createCanvas } from "../lib/canvas.ts";
import { choose } from "../lib/controls.ts";
import { errorMessage } from "../lib/emptyState.ts";
import { connectTo } from "../lib/host.ts";
import { keyAction } from "../lib/keyboard.ts";
import { panelElement } from "../lib/panelFrame.ts";
import { slider } from "../lib/slider.ts";
import { createTextAlternative } from "../lib/textAlternative.ts";
import { onThemeChange, readTheme } from "../lib/theme.ts";
import { readAbc } from "./abc/readAbc.ts";
import type { Tune } from "./abc/tune.ts";
import { drawTune } from "./draw.ts";
import { layoutOf, noteAt, type TuneLayout } from "./layout.ts";
import { performanceOf, secondsOfWhole, type PlayedNote } from "./performance.ts";
import { createPlayer } from "./player.ts";
import { textView } from "./textView.ts";
import { noteInWords, tuneInWords } from "./words.ts";

const host = connectTo<TuneContract>();
const main = panelElement();
const part = (className: string, tag = "div"): HTMLElement => {
  const element = main.appendChild(document.createElement(tag));
  element.className = className;
  return element;
};
const header = part("tune-header", "header");
const controls = part("tune-controls");
const element = main.appendChild(document.createElement("canvas"));
element.className = "roll";
element.tabIndex = 0;
const described = part("described", "p");
const written = part("written-part", "section");

let theme = readTheme();
let state: TuneState | undefined;
let tunes: readonly Tune[] = [];
let chosen = 0;
let performed: readonly PlayedNote[] = [];
let layout: TuneLayout | undefined;
let note: number | undefined;
/** Place in the performance: a note in a repeat is in it twice. */
let place = 0;
/** Share of the usual speed, in percent. */
let tempo = 100;

const text = createTextAlternative(element, described);
const canvas = createCanvas(element, (frame) => {
  const tune = tunes[chosen];
  if (!tune) return;
  fit(tune, frame.width);
  if (layout) drawTune(frame, { tune, layout, note, theme });
});
const player = createPlayer((index) => {
  if (index !== undefined) moveTo(index);
  else show();
});

/** The canvas is as high as the tune is long. */
function fit(tune: Tune, width: number): void {
  layout = layoutOf(tune, width);
  const height = `${Math.ceil(layout.height)}px`;
  if (element.style.height !== height) element.style.height = height;
}

function take(next: TuneState): void {
  player.stop();
  state = next;
  tunes = readAbc(next.text);
  choosePiece(0);
}

function choosePiece(index: number): void {
  player.stop();
  chosen = index;
  const tune = tunes[index];
  performed = tune ? performanceOf(tune) : [];
  place = 0;
  note = performed[0]?.note;
  show();
}

function moveTo(next: number): void {
  place = Math.max(0, Math.min(performed.length - 1, next));
  note = performed[place]?.note;
  show();
}

function toggle(): void {
  if (player.isPlaying) player.stop();
  else startAt(place >= performed.length - 1 ? 0 : place);
  show();
}

function startAt(from: number): void {
  const tune = tunes[chosen];
  if (!tune) return;
  const seconds = (secondsOfWhole(tune) * 100) / tempo;
  player.play(
    performed.map(({ at, length, pitch }) => ({
      at: at * seconds,
      length: length * seconds,
      pitch,
    })),
    from,
  );
}

function setTempo(to: number): void {
  tempo = to;
  if (player.isPlaying) startAt(place);
  show();
}

function show(): void {
  const tune = tunes[chosen];
  for (const each of [controls, element, described]) each.hidden = !tune;
  if (!state) return;
  if (!tune) {
    render(
      html`<h1>${state.name}</h1>
        <p>There is no note in this text. Train longer, or begin it with <code>X:1</code>.</p>`,
      header,
    );
    render(html`<pre class="written">${state.text}</pre>`, written);
    return;
  }
  render(
    html`<h1>${tune.title}</h1>
      <p>${tuneInWords(tune)} · written by ${state.name}</p>`,
    header,
  );
  const choices = tunes.map(({ title }, index) => ({
    value: String(index),
    label: `${index + 1}. ${title}`,
  }));
  const isPlaying = player.isPlaying;
  render(
    html`<vscode-button icon=${isPlaying ? "debug-stop" : "play"} @click=${toggle}
        >${isPlaying ? "Stop" : "Play"}</vscode-button
      >
      ${
        tunes.length > 1
          ? choose("Tune", choices, String(chosen), (value) => choosePiece(Number(value)))
          : nothing
      }
      <div class="tempo">
        <span aria-hidden="true">Tempo, ${tempo} %</span>
        ${slider({
          label: "Tempo",
          text: `${tempo} %`,
          min: 50,
          max: 150,
          step: 10,
          value: tempo,
          moved: setTempo,
        })}
      </div>`,
    controls,
  );
  text.name(
    `${tune.title}: ${tune.notes.length} notes in ${tune.bars.length} bars as a piano roll, time to the right, pitch upwards. Left and right move from note to note, Home and End to the ends, Space plays.`,
  );
  if (note !== undefined) text.describe(noteInWords(tune, note));
  render(textView(state.text, tune, note), written);
  fit(tune, element.clientWidth);
  canvas.redraw();
}

element.addEventListener("click", ({ offsetX, offsetY }) => {
  const tune = tunes[chosen];
  const found = tune && layout && noteAt(layout, tune, offsetX, offsetY);
  if (found === undefined) return;
  const at = performed.findIndex((each) => each.note === found);
  if (at < 0) return;
  moveTo(at);
  if (player.isPlaying) startAt(at);
});
element.addEventListener("keydown", (event) => {
  if (event.key === " ") toggle();
  else {
    const action = keyAction(event);
    if (action?.kind === "move" && action.axis === "step") moveTo(place + action.by);
    else if (action?.kind === "end") moveTo(action.end === "first" ? 0 : performed.length - 1);
    else return;
    if (player.isPlaying) startAt(place);
  }
  event.preventDefault();
});
onThemeChange(() => {
  theme = readTheme();
  canvas.redraw();
});
host.on("state", take);
host.call("ready", null).then(take, (error: unknown) => render(errorMessage(error), header));
