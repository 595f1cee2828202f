// How chunks come where the server serves us: by their address. In a package packed.ts stands in its place.
declare const EDITION: string;

/** Bring a chunk by its name. */
export const bring = <T>(name: string, base: string): Promise<T> => import(`${base + name}.${EDITION}.js`);
