/** package.json and the code name the same commands, views, settings and context keys. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commandTitles, panelCommands } from "../../../src/host/commands/commandIds.ts";
import {
  contextKeys,
  extensionId,
  panelEditor,
  panelKinds,
  panelTitles,
  panelView,
  runsView,
  settingKeys,
} from "../../../src/host/ids.ts";

const root = new URL("../../../", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
const { contributes } = manifest;

interface Contributed {
  readonly command: string;
  readonly when?: string;
}
const menuItems = Object.values<Contributed[]>(contributes.menus).flat();

describe("package.json", () => {
  it("contributes exactly the commands of the table, with their titles", () => {
    const contributed = contributes.commands.map(
      ({ command, title }: { command: string; title: string }) => [command, title],
    );
    expect(Object.fromEntries(contributed)).toEqual(commandTitles);
    expect(contributed).toHaveLength(Object.keys(commandTitles).length);
  });

  it("shows every command under the category Unroll", () => {
    for (const { command, category } of contributes.commands)
      expect(category, command).toBe("Unroll");
  });

  it("puts only existing commands into menus, keys, welcome pages and the walkthrough", () => {
    const linked = JSON.stringify([contributes.viewsWelcome, contributes.walkthroughs]).matchAll(
      /command:(unroll\.\w+)/g,
    );
    const used = [
      ...menuItems.map(({ command }) => command),
      ...contributes.keybindings.map(({ command }: Contributed) => command),
      ...[...linked].map(([, command]) => command),
      ...panelCommands,
    ];
    expect(used.length).toBeGreaterThan(60);
    for (const command of used) expect(Object.keys(commandTitles)).toContain(command);
  });

  it("has a place for every command where a person can find it", () => {
    const hidden = contributes.menus.commandPalette
      .filter(({ when }: Contributed) => when === "false")
      .map(({ command }: Contributed) => command);
    // Buttons of the model editor.
    const ofPanels = ["unroll.traceModel", "unroll.debugModel", "unroll.configFromModel"];
    const shown = menuItems
      .filter(({ when }) => when !== "false")
      .map(({ command }) => command)
      .concat(ofPanels);
    for (const command of hidden) expect(shown).toContain(command);
  });

  it("asks only for context keys that the code sets", () => {
    const clauses = [...menuItems, ...contributes.keybindings, ...contributes.viewsWelcome].flatMap(
      ({ when }: { when?: string }) => (when === undefined ? [] : [when]),
    );
    // What stands before an operator or alone is a key; `unroll.runs` after `==` is a value.
    const asked = clauses.flatMap((clause) =>
      clause
        .split(/\s*(?:&&|\|\|)\s*/)
        .map((part) => part.replace(/^[(!\s]+/, "").split(/[\s)]/)[0])
        .filter((key) => key.startsWith("unroll.")),
    );
    expect(asked.length).toBeGreaterThan(20);
    expect(new Set(asked)).toEqual(new Set(Object.values(contextKeys)));
  });

  it("contributes the Runs view and a view for every panel", () => {
    const [container] = contributes.viewsContainers.activitybar;
    const views = contributes.views[container.id].map(
      ({ id, name, type }: { id: string; name: string; type?: string }) => [id, name, type],
    );
    const panels = panelKinds.map((kind) => [panelView(kind), panelTitles[kind], "webview"]);
    expect(new Set(views)).toEqual(new Set([[runsView, "Runs", undefined], ...panels]));
  });

  it("is activated to restore every panel's editor tab", () => {
    for (const kind of panelKinds) {
      expect(manifest.activationEvents).toContain(`onWebviewPanel:${panelEditor(kind)}`);
    }
  });

  it("offers every panel in an editor tab with one click in its view's title", () => {
    for (const kind of panelKinds) {
      const items = contributes.menus["view/title"].filter(
        ({ when, group }: { when: string; group: string }) =>
          when === `view == ${panelView(kind)}` && group.startsWith("navigation"),
      );
      const command = `unroll.open${panelTitles[kind]}InEditor`;
      expect(
        items.map((item: Contributed) => item.command),
        kind,
      ).toContain(command);
    }
  });

  it("declares and documents every setting that the code reads", () => {
    const { properties } = contributes.configuration;
    expect(new Set(Object.keys(properties))).toEqual(new Set(Object.values(settingKeys)));
    for (const [key, property] of Object.entries<Record<string, unknown>>(properties)) {
      expect(property.markdownDescription, key).toBeTypeOf("string");
      expect(property.default, key).toBeDefined();
    }
  });

  it("has the id that the walkthrough's links use", () => {
    expect(`${manifest.publisher}.${manifest.name}`).toBe(extensionId);
    const [{ id }] = contributes.walkthroughs;
    expect(JSON.stringify(contributes.viewsWelcome)).toContain(
      encodeURIComponent(`${extensionId}#${id}`),
    );
  });

  it("refers only to pictures and pages that exist", () => {
    const steps = contributes.walkthroughs.flatMap(
      ({ steps }: { steps: { media: { markdown: string } }[] }) =>
        steps.map(({ media }) => media.markdown),
    );
    const icons = [manifest.icon, contributes.viewsContainers.activitybar[0].icon];
    for (const file of [...steps, ...icons])
      expect(existsSync(new URL(file, root)), file).toBe(true);
  });
});
