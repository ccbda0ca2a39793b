/**
 * What the editor can open in the Variables view, by number. Numbers are given out as things are shown, and all are
 * forgotten when the session moves on, as the protocol has it.
 */
import type { Environment } from "../expression/environment.ts";

/** One line of the Variables view. */
export interface Item {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
  /** An expression that gives it, for Watch and for the debug console. */
  readonly expression?: string;
  /** Where `expression` holds: the frame. */
  readonly environment?: Environment;
  /** What is inside, made when it is opened. */
  readonly inside?: Inside;
  readonly isEditable?: boolean;
  /** The tensor's bytes can be read under this name. */
  readonly memory?: string;
}

export interface Inside {
  /** Shown first. */
  readonly named: () => readonly Item[];
  readonly namedCount: number;
  /** Shown in pages. */
  readonly indexed?: { readonly count: number; readonly at: (index: number) => Item };
}

export interface VariableStore {
  add(inside: Inside): number;
  get(reference: number): Inside | undefined;
  clear(): void;
}

export function createVariableStore(): VariableStore {
  const known = new Map<number, Inside>();
  // Numbers are not used again, so that one from before a step is not taken for another.
  let last = 0;
  return {
    add(inside) {
      known.set(++last, inside);
      return last;
    },
    get: (reference) => known.get(reference),
    clear: () => known.clear(),
  };
}
