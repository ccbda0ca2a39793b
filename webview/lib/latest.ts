/**
 * Asking for what is in view while the view keeps moving: one question is on its way at a time, the
 * newest one waits, those between are never asked, and answers to outdated questions are dropped.
 */
export interface Latest<Question> {
  ask(question: Question): void;
  /** Drops what is on its way and what waits. */
  cancel(): void;
  readonly pending: boolean;
}

export function latest<Question, Answer>(
  fetch: (question: Question, signal: AbortSignal) => Promise<Answer>,
  on: {
    readonly answer: (answer: Answer, question: Question) => void;
    readonly error: (error: unknown, question: Question) => void;
    /** Waiting began or ended. */
    readonly pending?: (pending: boolean) => void;
  },
): Latest<Question> {
  let running: AbortController | undefined;
  let waiting: { readonly question: Question } | undefined;

  const start = async (question: Question): Promise<void> => {
    const controller = new AbortController();
    running = controller;
    try {
      const answer = await fetch(question, controller.signal);
      // An answer to the question before last is still worth a glimpse, unless it was cancelled.
      if (!controller.signal.aborted) on.answer(answer, question);
    } catch (error) {
      if (!controller.signal.aborted) on.error(error, question);
    }
    if (running !== controller) return;
    running = undefined;
    const next = waiting;
    waiting = undefined;
    if (next) void start(next.question);
    else on.pending?.(false);
  };

  return {
    ask(question) {
      if (running) {
        waiting = { question };
        return;
      }
      on.pending?.(true);
      void start(question);
    },
    cancel() {
      const wasPending = running !== undefined;
      running?.abort();
      running = undefined;
      waiting = undefined;
      if (wasPending) on.pending?.(false);
    },
    get pending() {
      return running !== undefined;
    },
  };
}
