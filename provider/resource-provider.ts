/** What the plugin does for a resource of one type. All values are plain: the engine takes secrets apart, and puts them together again. */

/** What is wrong with an input. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** Whether two sets of inputs differ in what counts, and what has to be made anew for it. */
export interface Diff {
  changes: boolean;
  /** The inputs whose difference needs another resource in place of this one. */
  replaces?: string[];
  /** Whether the old resource has to go before the new one is made. @default false */
  deleteBeforeReplace?: boolean;
}

/**
 * The work for a resource. Every step may be run twice, and beside another run's: what is so already, and what is gone already, is
 * success. An error is shown to the user as its message alone.
 */
export interface ResourceProvider<Inputs, State extends object = Inputs & object> {
  /** Completes and judges the inputs, in a preview too, where what is not known yet is a text without meaning. */
  check?(
    olds: Partial<Inputs & State>,
    news: Inputs,
  ): Promise<{ inputs?: Inputs; failures?: CheckFailure[] }>;
  create(inputs: Inputs): Promise<{ id: string; outs: State }>;
  /** What stands for a new one that a limited run leaves out, until a run that does not. @default it is refused, at preview too */
  postpone?(inputs: Inputs): { id: string; outs: State };
  /** @default nothing that differs counts */
  diff?(id: string, olds: State, news: Inputs): Promise<Diff>;
  update?(id: string, olds: State, news: Inputs): Promise<{ outs: State }>;
  /** What a preview knows of its outputs after an update; what is left out is known only then. @default its inputs */
  foresee?(olds: State, news: Inputs): Partial<State>;
  /** @param inputs as the program gave them last, also where nothing of them counted as a change */
  delete?(id: string, state: State, inputs?: Inputs): Promise<void>;
  /** What is there, in a refresh; an empty id where nothing is. Without a state it is an import. @default the state as it is */
  read?(id: string, state: State | undefined): Promise<{ id: string; props: State }>;
}
