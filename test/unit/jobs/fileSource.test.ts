import { execFileSync } from "node:child_process";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/config/problem.ts";
import { createFileSource } from "../../../src/jobs/fileSource.ts";
import { temporaryFolder } from "./temporaryFolder.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("the files that a config may read", () => {
  it("reads beside the config and below it", async () => {
    const folder = await temporaryFolder({ "a.txt": "A", "deep/er/b.txt": "B" });
    const files = createFileSource(folder);
    expect(text(await files.read("a.txt"))).toBe("A");
    expect(text(await files.read("./deep/er/b.txt"))).toBe("B");
    expect(text(await files.read("deep/../a.txt"))).toBe("A");
  });

  it.each([
    "../secret.txt",
    "deep/../../secret.txt",
    "/etc/hostname",
    "..",
    "C:\\secret.txt",
    "..\\secret.txt",
  ])("refuses %s", async (path) => {
    const outer = await temporaryFolder({ "secret.txt": "S", "workspace/a.txt": "A" });
    const files = createFileSource(join(outer, "workspace"));
    await expect(files.read(path)).rejects.toThrow(/leads outside the workspace/);
    await expect(files.read(path)).rejects.toBeInstanceOf(UserError);
    await expect(files.list(path)).rejects.toThrow(/leads outside the workspace/);
  });

  it("refuses a link that leads out, whether to a file or to a folder above it", async () => {
    const outer = await temporaryFolder({ "secret/s.txt": "S", "workspace/a.txt": "A" });
    const folder = join(outer, "workspace");
    await symlink(join(outer, "secret/s.txt"), join(folder, "link.txt"));
    await symlink(join(outer, "secret"), join(folder, "links"));
    const files = createFileSource(folder);
    await expect(files.read("link.txt")).rejects.toThrow(/outside/);
    await expect(files.read("links/s.txt")).rejects.toThrow(/outside/);
    await expect(files.list("links")).rejects.toThrow(/outside/);
    await expect(files.list("*.txt")).rejects.toThrow(/outside/);
  });

  it("follows a link that stays inside", async () => {
    const folder = await temporaryFolder({ "data/a.txt": "A" });
    await symlink(join(folder, "data/a.txt"), join(folder, "b.txt"));
    const files = createFileSource(folder);
    expect(text(await files.read("b.txt"))).toBe("A");
    expect(await files.list("*.txt")).toEqual(["b.txt"]);
  });

  it("reads the whole workspace that the config lies in, but no sibling with a longer name", async () => {
    const outer = await temporaryFolder({
      "work/data/a.txt": "A",
      "work/experiments/one/unroll.json": "{}",
      "workshop/b.txt": "B",
    });
    const folder = join(outer, "work/experiments/one");
    const files = createFileSource(folder, { workspaceFolders: [join(outer, "work")] });
    expect(text(await files.read("../../data/a.txt"))).toBe("A");
    expect(await files.list("../../data/*.txt")).toEqual(["../../data/a.txt"]);
    await expect(files.read("../../../workshop/b.txt")).rejects.toThrow(/outside/);
    const elsewhere = createFileSource(folder, { workspaceFolders: [join(outer, "workshop")] });
    await expect(elsewhere.read("../../data/a.txt")).rejects.toThrow(/outside/);
  });

  it("lists a file, a folder or a pattern, sorted, without hidden files and runs", async () => {
    const folder = await temporaryFolder({
      "b.txt": "",
      "a.txt": "",
      "a.csv": "",
      ".hidden.txt": "",
      ".unroll/runs/x/log.txt": "",
      "chapters/01.txt": "",
      "chapters/deep/02.txt": "",
      "chapters/[1].txt": "",
    });
    const files = createFileSource(folder);
    const lists = async (pattern: string): Promise<readonly string[]> => files.list(pattern);
    expect(await lists("a.txt")).toEqual(["a.txt"]);
    expect(await lists("./chapters/")).toEqual([
      "chapters/01.txt",
      "chapters/[1].txt",
      "chapters/deep/02.txt",
    ]);
    expect(await lists("*.txt")).toEqual(["a.txt", "b.txt"]);
    expect(await lists("a.{txt,csv}")).toEqual(["a.csv", "a.txt"]);
    expect(await lists("chapters/0?.txt")).toEqual(["chapters/01.txt"]);
    expect(await lists("**/0*.txt")).toEqual(["chapters/01.txt", "chapters/deep/02.txt"]);
    expect(await lists("chapters/[1].txt")).toEqual(["chapters/[1].txt"]);
    expect(await lists("*.none")).toEqual([]);
  });

  it("says what is wrong with a path: missing, a folder, a pipe, too large", async () => {
    const folder = await temporaryFolder({ "big.txt": "12345", "folder/a.txt": "" });
    const files = createFileSource(folder, { maximumBytes: 4 });
    await expect(files.read("none.txt")).rejects.toThrow(/none\.txt: it does not exist/);
    expect(await files.list("none")).toEqual([]);
    expect(await files.list("none/*.txt")).toEqual([]);
    await expect(files.read("folder")).rejects.toThrow(/is a folder, not a file/);
    await expect(files.read("big.txt")).rejects.toThrow(/"big\.txt" is .* MB, more than/);
    execFileSync("mkfifo", [join(folder, "pipe")]);
    await expect(files.read("pipe")).rejects.toThrow(/not a regular file/);
  });
});
