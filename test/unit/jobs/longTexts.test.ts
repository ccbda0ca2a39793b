/** A text too long to be kept in memory, which is read while a network is trained on it. */
import { rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFileSource } from "../../../src/jobs/fileSource.ts";
import { train } from "../../../src/jobs/train.ts";
import { readRun } from "../../../src/runs/runFolder.ts";
import { temporaryFolder } from "./temporaryFolder.ts";
import { experiment } from "./trainingFixture.ts";

const sentence = "the cat sat on the mat and the dog ran to the log while a bird sang in the fog ";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const changes = {
  changes: (file: string) => writeFile(file, "something else"),
  disappears: (file: string) => rm(file),
};

describe("a long text", () => {
  it.each(Object.entries(changes))(
    "that %s while it is trained on ends the training, and its checkpoint is kept",
    async (how, change) => {
      const training = { batch: 2, bptt: 50, validation: { share: 0 } };
      const request = await experiment("text, state carried", { training });
      const file = join(request.folder, "text.txt");
      await writeFile(file, sentence.repeat(18_000_000 / sentence.length));
      let changed: Promise<void> | undefined;
      const result = await train(request, {
        onProgress: ({ status }) => {
          if (status.update > 0) changed ??= change(file);
        },
      });
      await changed;
      expect(result.state).toBe("failed");
      expect(result.failure).toContain("text.txt");
      expect(result.failure).toContain(how === "changes" ? "has changed" : "does not exist");
      expect(result.failure).toContain("The checkpoint of update 0 is kept.");
      expect((await readRun(result.runFolder)).record.state).toBe("failed");
    },
  );
});

describe("a file that is read in parts", () => {
  it("is read anywhere, at once and in the background", async () => {
    const files = createFileSource(await temporaryFolder({ "a.txt": "abcdefgh" }));
    const parts = await files.open("a.txt");
    expect(parts.size).toBe(8);
    expect(text(parts.read(2, 5))).toBe("cde");
    expect(text(await parts.ask(5, 8))).toBe("fgh");
  });

  it("is refused once it is another one, even of the same size", async () => {
    const folder = await temporaryFolder({ "a.txt": "abcdefgh" });
    const parts = await createFileSource(folder).open("a.txt");
    await writeFile(join(folder, "a.txt"), "hgfedcba");
    await utimes(join(folder, "a.txt"), 1, 1);
    expect(() => parts.read(0, 8)).toThrow(/a\.txt has changed/);
    await expect(parts.ask(0, 8)).rejects.toThrow(/a\.txt has changed/);
    await rm(join(folder, "a.txt"));
    expect(() => parts.read(0, 8)).toThrow(/a\.txt: it does not exist/);
  });
});
