/** What the page asks that shows text as music. */
export interface TuneContract {
  readonly calls: {
    /** The whole state, after which only events flow. */
    ready: (request: null) => TuneState;
  };
  readonly events: {
    state: TuneState;
  };
}

export interface TuneState {
  /** Of the run that wrote it. */
  readonly name: string;
  /** In ABC notation. */
  readonly text: string;
}
