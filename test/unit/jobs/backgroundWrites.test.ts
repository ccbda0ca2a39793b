import { describe, expect, it } from "vitest";
import { createBackgroundWrites } from "../../../src/jobs/backgroundWrites.ts";

/** A write that lasts until `end` is called. */
function slowWrite() {
  const ends: (() => void)[] = [];
  return {
    write: () => new Promise<void>((resolve) => void ends.push(resolve)),
    end: () => ends.shift()?.(),
  };
}

describe("background writes", () => {
  it("happen one after the other, in order", async () => {
    const writes = createBackgroundWrites();
    const log: string[] = [];
    for (const key of ["a", "b", "c"]) {
      writes.put(key, async () => {
        log.push(`${key} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`${key} ends`);
      });
    }
    await writes.settle();
    expect(log).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  it("keep only the newest of what waits under one key, in the place of the first", async () => {
    const writes = createBackgroundWrites();
    const first = slowWrite();
    const log: string[] = [];
    const put = (key: string, text: string): void =>
      writes.put(key, async () => {
        log.push(text);
      });
    writes.put("a", first.write);
    put("a", "a old");
    put("b", "b");
    put("a", "a new");
    first.end();
    await writes.settle();
    expect(log).toEqual(["a new", "b"]);
  });

  it("tell of the first failure at every check, and go on with the others", async () => {
    const writes = createBackgroundWrites();
    let written = false;
    writes.put("a", () => Promise.reject(new Error("disk full")));
    writes.put("b", () => Promise.reject(new Error("later")));
    writes.put("c", async () => {
      written = true;
    });
    await expect(writes.settle()).rejects.toThrow("disk full");
    expect(() => writes.check()).toThrow("disk full");
    expect(written).toBe(true);
  });

  it("settle also what is put while settling", async () => {
    const writes = createBackgroundWrites();
    let written = false;
    writes.put("a", async () => {
      writes.put("b", async () => {
        written = true;
      });
    });
    await writes.settle();
    expect(written).toBe(true);
  });
});
