import { describe, expect, it } from "vitest";
import { keepCopy, roomFor, type Rooms } from "../../../src/trace/rooms.ts";

describe("copies that are made again and again", () => {
  it("lie in the same memory, longer or shorter than before, as long as there is room", () => {
    const rooms: Rooms = new Map();
    const first = keepCopy(rooms, "input", Float32Array.of(1, 2, 3));
    const second = keepCopy(rooms, "input", Float32Array.of(4, 5));
    expect([...second]).toEqual([4, 5]);
    expect(second.buffer).toBe(first.buffer);
    const third = keepCopy(rooms, "input", Float32Array.of(6, 7, 8));
    expect([...third]).toEqual([6, 7, 8]);
    expect(third.buffer).toBe(first.buffer);
    const larger = keepCopy(rooms, "input", Float32Array.of(1, 2, 3, 4));
    expect([...larger]).toEqual([1, 2, 3, 4]);
    expect([...third]).toEqual([6, 7, 8]);
  });

  it("are apart by name, and by the kind of their numbers", () => {
    const rooms: Rooms = new Map();
    const tokens = keepCopy(rooms, "input", Int32Array.of(1, 2));
    const target = keepCopy(rooms, "target", Int32Array.of(3, 4));
    expect([[...tokens], [...target]]).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const values = keepCopy(rooms, "input", Float64Array.of(0.5));
    expect(values).toEqual(Float64Array.of(0.5));
    expect([...tokens]).toEqual([1, 2]);
    expect(roomFor(rooms, "new", values, 3)).toEqual(new Float64Array(3));
  });
});
