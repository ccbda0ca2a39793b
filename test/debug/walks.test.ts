import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCourse, type Course } from "../../src/debug/stepping/course.ts";
import type { Position } from "../../src/debug/stepping/position.ts";
import { connect, initializeArguments } from "./client.ts";
import { smallDebuggee } from "./smallDebuggee.ts";

/** Sub-steps per step as a cell of two parts and an output have them: they may differ between steps and passes. */
interface Shape {
  readonly steps: number;
  readonly hasBackward: boolean;
  readonly inside: { readonly forward: number; readonly backward: number };
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  steps: fc.integer({ min: 1, max: 12 }),
  hasBackward: fc.boolean(),
  inside: fc.record({
    forward: fc.integer({ min: 0, max: 5 }),
    backward: fc.integer({ min: 0, max: 5 }),
  }),
});

const courseOf = ({ steps, hasBackward, inside }: Shape): Course =>
  createCourse({
    steps,
    hasBackward,
    insideOf: (phase) => inside[phase],
    afterCell: (phase, _t, at) => (at + 2 <= inside[phase] ? at + 2 : undefined),
  });

/** A whole step's place on the way, counted from the beginning: the same arithmetic written another way. */
function wholePosition({ steps, hasBackward }: Shape, place: number): Position {
  if (place < steps) return { phase: "forward", t: place, inside: 0 };
  if (!hasBackward) return { phase: "end" };
  if (place === steps) return { phase: "loss" };
  if (place <= 2 * steps) return { phase: "backward", t: 2 * steps - place, inside: 0 };
  return { phase: "end" };
}

const lastPlace = ({ steps, hasBackward }: Shape): number => (hasBackward ? 2 * steps + 1 : steps);

describe("walking through a sequence", () => {
  it("any walk of steps forward and back ends where arithmetic says", () => {
    fc.assert(
      fc.property(shapes, fc.array(fc.boolean(), { maxLength: 60 }), (shape, walk) => {
        const course = courseOf(shape);
        let position = course.first;
        let place = 0;
        for (const isForward of walk) {
          const moved = isForward ? course.next(position) : course.previous(position);
          const wanted = place + (isForward ? 1 : -1);
          if (wanted < 0 || wanted > lastPlace(shape)) {
            expect(moved).toBeUndefined();
            continue;
          }
          place = wanted;
          expect(moved).toEqual(wholePosition(shape, place));
          position = moved ?? position;
        }
      }),
    );
  });

  it("steps into every sub-step of every step in turn, and back out of each to where it came from", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const course = courseOf(shape);
        let position: Position | undefined = course.first;
        let count = 0;
        while (position) {
          count++;
          if ("inside" in position && position.inside > 0) {
            expect(course.previous(position)).toEqual({ ...position, inside: position.inside - 1 });
          }
          position = course.into(position);
        }
        const { steps, hasBackward, inside } = shape;
        const back = hasBackward ? steps * (inside.backward + 1) + 1 : 0;
        expect(count).toBe(steps * (inside.forward + 1) + back + 1);
      }),
    );
  });

  it("inside a step, a step forward and one back cancel, until the step is over", () => {
    fc.assert(
      fc.property(shapes, fc.nat(100), (shape, far) => {
        const course = courseOf(shape);
        let position: Position = course.first;
        for (let k = 0; k < far; k++) position = course.into(position) ?? position;
        const next = course.next(position);
        if (
          !next ||
          ("inside" in position && position.inside > 0 && !("inside" in next && next.inside > 0))
        )
          return;
        expect(course.previous(next)).toEqual(position);
      }),
    );
  });

  it("shows the same numbers on the way back as on the way there", async () => {
    const { debuggee } = smallDebuggee({
      layers: [{ cell: "gru", hidden: 3, reset: "after" }],
      data: "text",
    });
    const client = connect(debuggee);
    await client.request("initialize", initializeArguments);
    await client.request("launch", {});
    await client.request("configurationDone");
    await client.event("stopped");
    const look = async () => {
      const values = await Promise.all(
        ["h", "r", "z", "n", "before(h)", "top(p, 4)", "t"].map((expression) =>
          client.request("evaluate", { expression, context: "clipboard" }),
        ),
      );
      return values.map(({ result }) => result);
    };
    const there = [await look()];
    for (let t = 1; t < 10; t++) {
      await client.request("next", { threadId: 1 });
      await client.event("stopped");
      there.push(await look());
    }
    for (let t = 8; t >= 0; t--) {
      await client.request("stepBack", { threadId: 1 });
      await client.event("stopped");
      expect(await look(), `step ${t}`).toEqual(there[t]);
    }
    client.dispose();
  });
});
