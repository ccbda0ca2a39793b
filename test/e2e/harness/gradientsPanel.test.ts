/** What the gradients panel alone does: the flow matrix and its verdict, in a real browser. */
import { describe, expect, it } from "vitest";
import { calls, keepHarness, open, settled } from "./openPanel.ts";

keepHarness();

/** What the gradients panel says, and how much of its heatmap lies near or below the end of the scale. */
async function reachSeen(scenario: string) {
  const { page } = await open("gradients", { scenario });
  const verdict = await page.locator(".verdict strong").innerText();
  const share = await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>("canvas.data");
    const data = canvas?.getContext("2d")?.getImageData(60, 30, 200, 120).data ?? [];
    let dark = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at + 1] < 60) dark++;
    return dark / (data.length / 4);
  });
  await page.close();
  return { verdict, share };
}

describe("the gradients panel", () => {
  it("asks for the flow matrix after the rest, and before a long computation asks the person", async () => {
    const quick = await open("gradients", { scenario: "characters" });
    const names = await quick.page.evaluate(() => window.harness.calls.map(({ name }) => name));
    expect(names.filter((name) => name === "gradientFlow")).toHaveLength(1);
    expect(names.indexOf("gradientFlow")).toBeGreaterThan(names.indexOf("heatmap"));
    await quick.page.close();

    const { page } = await open("gradients", { scenario: "long" });
    expect(await calls(page, "gradientFlow")).toEqual([]);
    await page.getByText("Compute the Matrix").click();
    await settled(page);
    expect(await calls(page, "gradientFlow")).toHaveLength(1);
    expect(await page.locator(".verdict").innerText()).toContain("vanishes");
    await page.close();
  });

  it("shows at a glance that an RNN forgets and an LSTM does not", async () => {
    const rnn = await reachSeen("addingRnn");
    const lstm = await reachSeen("addingLstm");
    expect(rnn.verdict).toContain("vanishes");
    expect(lstm.verdict).toContain("carries");
    expect(rnn.share).toBeGreaterThan(0.2);
    expect(lstm.share).toBeLessThan(0.02);
  });

  it("chooses another loss in the matrix with up and down, and judges that one", async () => {
    const { page } = await open("gradients", { scenario: "characters" });
    await page.locator("canvas.overlay").nth(1).focus();
    await page.keyboard.press("Shift+ArrowUp");
    await settled(page);
    expect(await page.locator(".verdict").innerText()).toContain("step 39");
    expect(await page.locator(".reading").nth(1).innerText()).toMatch(
      /^∂L at step 39 reaches step 17 with norm/,
    );
    expect(await calls(page, "moveCursor")).toEqual([]);
    await page.close();
  });

  it("computes its instruments when they are asked for, and not before", async () => {
    const { page } = await open("gradients", { scenario: "characters" });
    expect(await calls(page, "jacobians")).toEqual([]);
    expect(await calls(page, "saliency")).toEqual([]);

    await page.getByText("Compute Singular Values").click();
    await settled(page);
    expect(await calls(page, "jacobians")).toHaveLength(1);
    expect(await page.locator(".reading").nth(2).innerText()).toMatch(
      /^Step 17: singular values of ∂\(h,c\)\/∂\(h,c\)₋ from/,
    );

    await page.getByText("Explain the Prediction").click();
    await settled(page);
    const explained = page.locator(".reading").nth(3);
    expect(await explained.innerText()).toMatch(/^Output “e” at step 17: .* Most: step/);
    // Another output is chosen with the keyboard; its name stands in the text.
    const outputs = page.locator('vscode-single-select[label="Output"]');
    // The pointer would choose too, where the list opens below it.
    await page.mouse.move(0, 0);
    const pressInList = async (arrow: string): Promise<void> => {
      for (const key of ["Enter", arrow, "Enter"]) await outputs.press(key);
      await settled(page);
    };
    await pressInList("ArrowDown");
    expect((await calls(page, "saliency")).at(-1)).toMatchObject({ output: "right" });
    expect(await explained.innerText()).toMatch(/^Output “t” at step 17/);
    await pressInList("ArrowUp");
    expect(await explained.innerText()).toMatch(/^Output “e” at step 17/);
    // The explanation follows the cursor; up and down read the inputs one by one.
    await page.locator("canvas.overlay").nth(3).focus();
    await page.keyboard.press("ArrowRight");
    await settled(page);
    expect(await explained.innerText()).toContain("at step 18");
    await page.keyboard.press("ArrowUp");
    await settled(page);
    expect(await explained.innerText()).toMatch(/^[+−]?[\d.×⁻⁰-⁹¹²³]+, step 17/);
    await page.getByText("Hide the Explanation").click();
    expect(await explained.isVisible()).toBe(false);
    await page.close();
  });
});
