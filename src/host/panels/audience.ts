/**
 * Which panels have drawn what they were told of. Whoever shows one trace after another waits for them: a machine that is
 * busy would otherwise be told of the next trace before it has drawn anything of this one, and never show any.
 */

export interface Audience {
  join(isVisible: () => boolean): Member;
  /** Resolves once every panel on screen has drawn this trace, it is not `wanted` any more, or the time is over. */
  hasSeen(trace: string, isWanted: () => boolean): Promise<void>;
}

export interface Member {
  saw(trace: string): void;
  /** It is closed. */
  dispose(): void;
}

interface Watcher {
  readonly isVisible: () => boolean;
  seen?: string;
}

const betweenLooksMs = 20;

/** A page may have died, and one of a window that is minimized draws nothing. */
const patienceMs = 5_000;

export function createAudience(): Audience {
  const members = new Map<Member, Watcher>();

  return {
    join(isVisible) {
      const panel: Watcher = { isVisible };
      const member: Member = {
        saw: (trace) => void (panel.seen = trace),
        dispose: () => void members.delete(member),
      };
      members.set(member, panel);
      return member;
    },
    async hasSeen(trace, isWanted) {
      const lacksIt = (): boolean =>
        [...members.values()].some(({ isVisible, seen }) => isVisible() && seen !== trace);
      const until = Date.now() + patienceMs;
      while (isWanted() && lacksIt() && Date.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, betweenLooksMs));
      }
    },
  };
}
