// The shapes of the wire that the widget uses, by name; protocol.ts is generated from openapi.yaml.
import type { components } from "./protocol";

type Schemas = components["schemas"];

export type Session = Schemas["SessionAnswer"];
export type Question = Schemas["WidgetQuestion"];
export type Candidate = Schemas["WidgetCandidate"];
/** Where in a text or a picture a spot is; the size is the picture's own, in px. */
export type Anchor = Schemas["Anchor"];
export type Known = Schemas["KnownLabel"];
export type PlaceAnswer = Schemas["PlaceAnswer"];
export type SuggestAnswer = Schemas["SuggestAnswer"];
export type SearchAnswer = Schemas["SearchAnswer"];
export type Read = Schemas["ReadAnswer"];
export type EventResult = Schemas["EventResult"];
export type EventsAnswer = Schemas["EventsAnswer"];
export interface OwnMark {
  judgement: string;
  exposure: string | null;
  item: { title: string };
  candidate: Candidate | null;
  value: string;
}
export interface OwnMarks {
  judgements: OwnMark[];
}
export type PlacementRule = Schemas["PlacementRuleBody"];
export type Answer =
  | Schemas["PairAnswerRequest"]
  | Schemas["TagsAnswerRequest"]
  | Schemas["ChoiceAnswerRequest"]
  | Schemas["SpanAnswerRequest"]
  | Schemas["RegionAnswerRequest"];
export type Via = "keyboard" | "mouse" | "touch" | "api";

/** What happened to a shown list. */
export type Fact =
  | { type: "seen" | "expand"; candidate: string }
  | { type: "judge"; candidate?: string; answer: Answer; judged_at: string; via: Via; note?: string }
  | { type: "undo"; judgement: string }
  | { type: "hide" | "dismiss" };

/** A fact as it is sent. */
export type SentEvent = Fact & { id: string; exposure: string; seq: number; at_ms: number };

export type DeskSession = Schemas["DeskSessionAnswer"];
export type DeskNext = Schemas["DeskNextAnswer"];
export type DeskItem = Schemas["DeskItem"];
export type DeskProgress = Schemas["DeskProgress"];
