/** The text that was written, with what was not understood underlined and the note under the cursor marked. */
import { html, type TemplateResult } from "lit";
import type { TextSpan, Tune } from "./abc/tune.ts";

interface Mark extends TextSpan {
  readonly className: "unread" | "current";
  readonly title: string;
}

export function textView(text: string, tune: Tune, note: number | undefined): TemplateResult {
  const chosen = note === undefined ? undefined : tune.notes[note];
  const marks: Mark[] = [
    ...tune.unread.map(({ offset, length, why }): Mark => ({
      offset,
      length,
      title: why,
      className: "unread",
    })),
    ...(chosen ? [{ ...chosen.span, title: "", className: "current" } as const] : []),
  ].sort((one, other) => one.offset - other.offset);
  const parts: (TemplateResult | string)[] = [];
  let at = tune.offset;
  for (const { offset, length, className, title } of marks) {
    if (offset < at) continue;
    parts.push(
      text.slice(at, offset),
      html`<span class=${className} title=${title}>${text.slice(offset, offset + length)}</span>`,
    );
    at = offset + length;
  }
  parts.push(text.slice(at, tune.offset + tune.length).trimEnd());
  const label = "The tune as it was written";
  return html`<pre class="written" tabindex="0" aria-label=${label}>${parts}</pre>`;
}
