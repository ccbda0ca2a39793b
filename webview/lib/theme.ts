/** The editor's theme as colours and fonts that a canvas can use, and word of when it changes. */
import { over, parseColor, rgb, type Color } from "./color.ts";

export type ThemeKind = "light" | "dark" | "hc-light" | "hc-dark";

export interface Theme {
  readonly kind: ThemeKind;
  readonly isDark: boolean;
  readonly isHighContrast: boolean;
  /** What the panel lies on. Opaque. */
  readonly background: Color;
  readonly foreground: Color;
  /** Secondary text: axis labels, units. */
  readonly muted: Color;
  /** Thin lines: axes, frames. */
  readonly border: Color;
  /** Thinner still: grid lines behind data. */
  readonly grid: Color;
  /** Where the keyboard is. */
  readonly focus: Color;
  /** The shared cursor: the current step. Contrasts with the background. */
  readonly cursor: Color;
  readonly onCursor: Color;
  /** Small floating boxes: hover values. */
  readonly widget: Color;
  readonly onWidget: Color;
  readonly widgetBorder: Color;
  readonly error: Color;
  readonly warning: Color;
  readonly charts: {
    readonly red: Color;
    readonly blue: Color;
    readonly yellow: Color;
    readonly orange: Color;
    readonly green: Color;
    readonly purple: Color;
  };
  readonly font: { readonly family: string; readonly size: number; readonly monospace: string };
}

const kinds: readonly (readonly [bodyClass: string, kind: ThemeKind])[] = [
  ["vscode-high-contrast-light", "hc-light"],
  ["vscode-high-contrast", "hc-dark"],
  ["vscode-light", "light"],
];

export function readTheme(): Theme {
  const { classList } = document.body;
  const kind = kinds.find(([name]) => classList.contains(name))?.[1] ?? "dark";
  const isDark = kind === "dark" || kind === "hc-dark";
  const isHighContrast = kind.startsWith("hc");
  const style = getComputedStyle(document.body);
  const read = (names: readonly string[], otherwise: Color): Color => {
    for (const name of names) {
      const color = parseColor(style.getPropertyValue(`--vscode-${name}`));
      if (color && color.a > 0) return color;
    }
    return otherwise;
  };
  const text = (name: string, otherwise: string): string =>
    style.getPropertyValue(`--vscode-${name}`).trim() || otherwise;

  const foreground = read(["foreground"], isDark ? rgb(204, 204, 204) : rgb(59, 59, 59));
  // A view in a side bar lies on the side bar's colour, an editor tab on the editor's. A page cannot
  // see which one shows through, but the host's class says which it is; they are close in any theme.
  const paper =
    document.body.dataset.place === "editor" ? "editor-background" : "sideBar-background";
  const background = read(
    [paper, "editor-background"],
    isDark ? rgb(31, 31, 31) : rgb(255, 255, 255),
  );
  const solid = (color: Color): Color => over(color, background);
  const accent = read(["focusBorder"], rgb(0, 120, 212));
  const muted = isHighContrast
    ? foreground
    : read(["descriptionForeground"], { ...foreground, a: 0.7 });
  const border = isHighContrast
    ? read(["contrastBorder", "foreground"], foreground)
    : read(["widget-border", "panel-border", "editorGroup-border"], { ...foreground, a: 0.2 });
  const chart = (name: string, otherwise: Color): Color => ({
    // Some themes borrow a translucent colour of the editor's; a line must stand out by itself.
    ...read([`charts-${name}`], otherwise),
    a: 1,
  });

  return {
    kind,
    isDark,
    isHighContrast,
    background,
    foreground: solid(foreground),
    muted: solid(muted),
    border: solid(border),
    grid: solid({ ...foreground, a: isHighContrast ? 0.35 : 0.12 }),
    focus: solid(accent),
    cursor: solid(foreground),
    onCursor: background,
    widget: solid(read(["editorHoverWidget-background", "editorWidget-background"], background)),
    onWidget: solid(read(["editorHoverWidget-foreground"], foreground)),
    widgetBorder: solid(read(["editorHoverWidget-border", "contrastBorder"], border)),
    error: solid(read(["errorForeground"], rgb(248, 81, 73))),
    warning: solid(read(["editorWarning-foreground", "charts-yellow"], rgb(204, 167, 0))),
    charts: {
      red: chart("red", rgb(241, 76, 76)),
      blue: chart("blue", rgb(55, 148, 255)),
      yellow: chart("yellow", rgb(204, 167, 0)),
      orange: chart("orange", rgb(209, 134, 22)),
      green: chart("green", rgb(137, 209, 133)),
      purple: chart("purple", rgb(177, 128, 215)),
    },
    font: {
      family: text("font-family", "system-ui, sans-serif"),
      size: parseFloat(text("font-size", "13px")) || 13,
      monospace: text("editor-font-family", "monospace"),
    },
  };
}

/** Calls back after the person chose another theme. Returns a function that stops watching. */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  // The editor writes the variables into the root's style and the kind into the body's class.
  observer.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["style", "class"],
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ["style", "class"] });
  return () => observer.disconnect();
}
