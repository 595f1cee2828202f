// The shapes of the wire that the widget uses, by name; protocol.ts is generated from openapi.yaml.
import type { components } from "./protocol";

type Schemas = components["schemas"];

export type Session = Schemas["SessionAnswer"];
export type Question = Schemas["WidgetQuestion"];
export type Candidate = Schemas["WidgetCandidate"];
export type PlaceRequest = Schemas["PlaceRequest"];
export type PlaceAnswer = Schemas["PlaceAnswer"];
export type SuggestAnswer = Schemas["SuggestAnswer"];
export type SearchAnswer = Schemas["SearchAnswer"];
export type EventResult = Schemas["EventResult"];
export type EventsAnswer = Schemas["EventsAnswer"];
export type Value = Schemas["PairAnswerRequest"]["value"];
export type Via = "keyboard" | "mouse" | "touch" | "api";

/** What happened to a shown list. */
export type Fact =
  | { type: "seen" | "expand"; candidate: string }
  | { type: "judge"; candidate: string; answer: { kind: "pair"; value: Value }; judged_at: string; via: Via }
  | { type: "undo"; judgement: string }
  | { type: "hide" | "dismiss" };

/** A fact as it is sent. */
export type SentEvent = Fact & { id: string; exposure: string; seq: number; at_ms: number };
