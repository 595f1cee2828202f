// What the host's page gives us.

export interface Settings {
  key: string;
  identity: string;
  lang: string;
  base: string;
}

/** A call that came before the core: its words, and what becomes of it. */
export type Call = [args: unknown[], done: (value: unknown) => void, failed: (why: unknown) => void];

/** `window.earmark`: takes calls at any time; the loader keeps them until the core is there. */
export interface Earmark {
  (...args: unknown[]): Promise<unknown>;
  settings: Settings;
  calls: Call[];
  /** Take a call, once the core is there. */
  take?: (call: Call) => void;
  /** Bring the core, where no element of ours stands in the page. */
  wake: () => void;
  /** The address of the file that was brought. */
  from?: string;
}

/** The class of an element of ours: it tells the file that named it. */
export type Named = CustomElementConstructor & { from?: string };

export type Page = Window & { earmark?: Earmark };
