/**
 * One piece of work at a time, and of what is asked for meanwhile only the newest: a slider that is dragged asks for more
 * than can be computed, and nobody wants to see what it has passed.
 */

export interface NewestWins<Item> {
  /** Settles as its work does; resolves when something newer took its place. */
  ask(item: Item): Promise<void>;
  /** What was asked for last and is not done. */
  readonly wanted: Item | undefined;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly settle: (work?: Promise<void>) => void;
}

export function newestWins<Item>(work: (item: Item) => Promise<void>): NewestWins<Item> {
  let running: Item | undefined;
  let waiting: Waiting<Item> | undefined;

  async function start(item: Item): Promise<void> {
    running = item;
    try {
      await work(item);
    } finally {
      running = undefined;
      const next = waiting;
      waiting = undefined;
      if (next) next.settle(start(next.item));
    }
  }

  return {
    ask(item) {
      if (running === undefined) return start(item);
      waiting?.settle();
      return new Promise<void>((settle) => {
        waiting = { item, settle };
      });
    },
    get wanted() {
      return waiting?.item ?? running;
    },
  };
}
