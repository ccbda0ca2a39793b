import assert from "node:assert/strict";
import * as vscode from "vscode";
import { commandTitles } from "../../../src/host/commands/commandIds.ts";
import { extensionId } from "../../../src/host/ids.ts";
import { activate } from "./support.ts";

describe("Unroll in the editor", () => {
  it("activates and says its version", async () => {
    await activate();
    const extension = vscode.extensions.getExtension(extensionId);
    assert.equal(extension?.exports.version, extension?.packageJSON.version);
  });

  it("registers every command of its table", async () => {
    await activate();
    const registered = await vscode.commands.getCommands(true);
    for (const id of Object.keys(commandTitles))
      assert.ok(registered.includes(id), `${id} is not registered`);
  });

  it("begins with nothing training and no trace", async () => {
    const { isTraining, playing } = (await activate()).snapshot();
    assert.deepEqual({ isTraining, playing }, { isTraining: false, playing: false });
  });
});
