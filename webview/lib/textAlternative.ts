/**
 * What a canvas says to someone who cannot see it: a name, how to move in it, and, politely and not
 * at every repaint, the cell under the cursor.
 */
export interface TextAlternative {
  /** What the picture is, for example "Gate activations, 64 units by 50 steps". */
  name(text: string): void;
  /** The cell under the cursor; read aloud once the cursor rests. */
  describe(text: string): void;
}

let nextId = 1;

/** How long the cursor rests before its cell is read aloud, so that playing does not chatter. */
const restMs = 250;

/**
 * @param canvas Gets the role of an application: the screen reader passes it the arrow keys.
 * @param output A visible or hidden element beside it that holds the description.
 */
export function createTextAlternative(canvas: HTMLElement, output: HTMLElement): TextAlternative {
  output.id ||= `description-${nextId++}`;
  output.setAttribute("aria-live", "polite");
  output.setAttribute("role", "status");
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", "chart");
  canvas.setAttribute("aria-describedby", output.id);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let described = "";
  return {
    name(text) {
      canvas.setAttribute("aria-label", text);
    },
    describe(text) {
      if (text === described) return;
      described = text;
      clearTimeout(timer);
      timer = setTimeout(() => {
        output.textContent = text;
      }, restMs);
    },
  };
}
