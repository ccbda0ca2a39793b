import { describe, expect, it } from "vitest";
import type { PanelState } from "../../../../src/protocol/panelContract.ts";
import type { TraceSummary } from "../../../../src/protocol/traceSummary.ts";
import type { Host } from "../../../../webview/lib/host.ts";
import { tellingWhatIsSeen } from "../../../../webview/lib/seen.ts";

const stateOf = (trace?: string): PanelState => ({
  playing: false,
  busy: false,
  ...(trace === undefined ? {} : { trace: { id: trace } as TraceSummary }),
});

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** A host that answers when the test says so, and a page that paints when it says so. */
function panel() {
  const seen: string[] = [];
  const busy: boolean[] = [];
  const answers: (() => void)[] = [];
  let frames: (() => void)[] = [];
  const listeners: ((state: PanelState) => void)[] = [];
  const host = {
    call(name: string, request: { trace: string }) {
      if (name === "ready") return Promise.resolve(stateOf("first"));
      if (name === "seen") return Promise.resolve(void seen.push(request.trace));
      return new Promise((resolve) => answers.push(() => resolve({})));
    },
    on: (_: string, listener: (state: PanelState) => void) => listeners.push(listener),
    dispose: () => undefined,
  } as unknown as Host;
  const client = tellingWhatIsSeen(host, {
    nextFrame: () => new Promise((paint) => frames.push(paint)),
    setBusy: (isBusy) => busy.push(isBusy),
  });
  const paint = async (count = 4): Promise<void> => {
    for (let frame = 0; frame < count; frame++) {
      const due = frames;
      frames = [];
      for (const draw of due) draw();
      await settled();
    }
  };
  return {
    client,
    seen,
    busy,
    says: (state: PanelState) => listeners[0](state),
    paint,
    answer: async () => (answers.shift()?.(), settled()),
  };
}

describe("a panel that is told of a trace", () => {
  it("says that it can be seen once everything that it asked for is painted", async () => {
    const { client, says, seen, busy, paint, answer } = panel();
    says(stateOf("trace"));
    await paint(1);
    const picture = client.call("columns", { trace: "trace", steps: [0, 1] });
    await paint();
    expect([seen, busy]).toEqual([[], [true]]);
    await answer();
    await picture;
    expect(seen).toEqual([]);
    await paint();
    expect([seen, busy]).toEqual([["trace"], [true, false]]);
  });

  it("says so of the trace that it found when it was opened", async () => {
    const { client, seen, paint } = panel();
    await client.call("ready", null);
    await paint();
    expect(seen).toEqual(["first"]);
  });

  it("says so once, however often it is told, and of the newest only", async () => {
    const { says, seen, paint } = panel();
    says(stateOf("old"));
    says(stateOf("new"));
    says(stateOf("new"));
    await paint();
    says(stateOf("new"));
    await paint();
    expect(seen).toEqual(["new"]);
  });

  it("is not kept by what it asked for itself: other weights are shown when it has seen them", async () => {
    const { client, says, seen, paint } = panel();
    void client.call("showThrough", { weights: 100 });
    says(stateOf("trace"));
    await paint();
    expect(seen).toEqual(["trace"]);
  });

  it("is not busy with nothing", async () => {
    const { says, seen, busy, paint } = panel();
    says(stateOf("trace"));
    says(stateOf());
    await paint();
    expect([seen, busy]).toEqual([[], [true, false]]);
  });
});
