/** The model editor in a real browser, under the host's own page and policy. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type * as Axe from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { calls, inkOf, keepHarness, open } from "./openPanel.ts";

keepHarness();

const wide = { width: 1100, height: 900 };
const show = (scenario: string, theme = "dark", size = wide) =>
  open("model", { scenario, theme, place: "editor" }, size);

async function violations(page: Page): Promise<readonly string[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof Axe };
    return (await axe.run(document)).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
  });
}

const textOf = (page: Page): Promise<string> => page.locator("main").innerText();

describe("the model editor", () => {
  it.each(["dark", "light", "hc-dark", "hc-light"])(
    "draws in the %s theme, and axe has no complaint",
    async (theme) => {
      const { page, troubles } = await show("model", theme);
      await page.getByText("Spectral radius").waitFor();
      expect((await inkOf(page, ".spectrum canvas.data")).colors).toBeGreaterThan(10);
      expect((await inkOf(page, ".matrix canvas.data")).colors).toBeGreaterThan(50);
      expect(troubles).toEqual([]);
      expect(await violations(page)).toEqual([]);
      await page.close();
    },
  );

  it("says what the file contains and what its weights tell", async () => {
    const { page } = await show("model");
    await page.getByText("Spectral radius").waitFor();
    const text = await textOf(page);
    for (const part of [
      "PyTorch checkpoint (zip) · 288 kB",
      "Layer 0: LSTM",
      "1,200 tokens → 24 numbers",
      "Nothing reaches unit 5",
      "The bias holds gate i closed",
      "‖W‖₂",
    ]) {
      expect(text).toContain(part);
    }
    await page.getByText("3 tensors in the file").click();
    expect(await textOf(page)).toContain("not used");
    await page.close();
  });

  it("walks through cells and eigenvalues by keyboard", async () => {
    const { page } = await show("model");
    await page.getByText("Spectral radius").waitFor();
    await page.locator(".spectrum canvas.overlay").focus();
    await page.keyboard.press("End");
    await page.getByText("λ 48 of 48").first().waitFor();
    await page.locator(".matrix canvas.overlay").first().focus();
    for (const key of ["ArrowRight", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
    await page.getByText("W_hh of gate f: unit 2, from unit 1").first().waitFor();
    await page.close();
  });

  it("shows the layer, direction and gate that were chosen, after a reload too", async () => {
    const { page } = await show("model");
    await page.getByRole("button", { name: "Layer 1, reverse" }).click();
    await page.getByRole("button", { name: "z: update gate" }).click();
    await page.getByText("Eigenvalues of W_hh of gate z").waitFor();
    await page.reload();
    await page.getByText("Layer 1, reverse").waitFor();
    await page.getByText("Eigenvalues of W_hh of gate z").waitFor();
    await page.close();
  });

  it("asks what the file does not say, and runs what is asked for", async () => {
    const { page } = await show("question");
    expect(await textOf(page)).toContain("The file does not say the nonlinearity of its RNN?");
    await page.locator("vscode-single-select").first().click();
    await page.getByRole("option", { name: "relu" }).click();
    expect(await calls(page, "answer")).toEqual([{ nonlinearity: "relu" }]);
    await page.getByText("Convert…").click();
    expect(await calls(page, "run")).toEqual([{ action: "export", network: "" }]);
    await page.close();
  });

  it("lists a file without a recurrent layer, and explains one that cannot be read", async () => {
    const empty = await show("empty");
    expect(await textOf(empty.page)).toContain("It holds no recurrent layer");
    expect(await textOf(empty.page)).toContain("embedding.weight");
    expect(await violations(empty.page)).toEqual([]);
    await empty.page.close();
    const failed = await show("failure");
    expect(await failed.page.getByRole("alert").innerText()).toContain("Save the model again.");
    expect(await violations(failed.page)).toEqual([]);
    await failed.page.close();
  });

  it("says that weights are not finite, and stays alive", async () => {
    const { page, troubles } = await show("broken");
    await page.getByText("1 weights are NaN or infinite.").waitFor();
    expect(await textOf(page)).toContain("there are no eigenvalues");
    expect(troubles).toEqual([]);
    await page.close();
  });

  it("fits a narrow editor", async () => {
    const { page } = await show("model", "dark", { width: 420, height: 900 });
    const tooWide = await page.evaluate(() =>
      [...document.querySelectorAll("#panel > *, .pictures *, .network *")]
        .filter((part) => part.getBoundingClientRect().right > window.innerWidth + 1)
        .map((part) => `${part.tagName} ${part.className}`),
    );
    expect(tooWide).toEqual([]);
    await page.close();
  });
});
