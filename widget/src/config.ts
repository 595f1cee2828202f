// What the host's page gives us.

export interface Settings {
  key: string;
  identity: string;
  base: string;
}

/** `window.earmark`: what the loader read from its script tag, and how to take everything away again. */
export interface Installed {
  settings: Settings;
  destroy?: () => void;
}
