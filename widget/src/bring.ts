// How chunks come where the server serves us: by their address. In a package packed.ts stands in its place.
declare const EDITION: string;

/** Where each chunk is, by its name. */
const from: Record<string, string> = {};

/** Bring a chunk by its name. What got lost is asked for under another address: Firefox remembers of one that it did not come. */
export const bring = <T>(name: string, base: string): Promise<T> =>
  import((from[name] ??= `${base + name}.${EDITION}.js`)).catch((lost) => {
    from[name] += "#";
    throw lost;
  });
