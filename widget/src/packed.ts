// How chunks come where we are a package: the host's bundler finds them here. The build puts this in bring.ts's place.
const chunks: Record<string, () => Promise<unknown>> = {
  answers: () => import("./answers"),
  duplicates: () => import("./elements/duplicates"),
  tags: () => import("./elements/tags"),
  choice: () => import("./elements/choice"),
  region: () => import("./elements/region"),
  draw: () => import("./draw"),
  span: () => import("./elements/span"),
  chooser: () => import("./chooser"),
  lines: () => import("./lines"),
  anchors: () => import("./anchors/find"),
  read: () => import("./read"),
  find: () => import("./find"),
  menu: () => import("./menu"),
  place: () => import("./place"),
  calls: () => import("./calls"),
  de: () => import("./strings/de"),
  es: () => import("./strings/es"),
  ar: () => import("./strings/ar"),
  de_spots: () => import("./strings/de_spots"),
  es_spots: () => import("./strings/es_spots"),
  ar_spots: () => import("./strings/ar_spots"),
  de_own: () => import("./strings/de_own"),
  es_own: () => import("./strings/es_own"),
  ar_own: () => import("./strings/ar_own"),
};

/** Bring a chunk by its name. */
export const bring = <T>(name: string): Promise<T> => chunks[name]!() as Promise<T>;
