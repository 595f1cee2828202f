// The shapes of the wire that the widget uses, by name; protocol.ts is generated from openapi.yaml.
import type { TextAnchor } from "./anchors/anchor";
import type { components } from "./protocol";

type Schemas = components["schemas"];
type Kinds = Schemas["QuestionKind"] | "span" | "region";

export type Session = Omit<Schemas["SessionAnswer"], "questions" | "places"> & { questions: Question[]; places?: PlaceAnswer[] | null };
export type Question = Omit<Schemas["WidgetQuestion"], "kind"> & { kind: Kinds };
/** Where in a text or a picture a spot is; the size is the picture's own, in px. */
export type Anchor = TextAnchor | { region: string; width: number; height: number };
export type Candidate = Schemas["WidgetCandidate"] & { label?: string; anchor?: Anchor; boundaries?: Anchor[] };
export type Known = Schemas["KnownLabel"] & { label?: string; anchor?: Anchor };
export type PlaceAnswer = Omit<Schemas["PlaceAnswer"], "candidates" | "answers" | "known"> & {
  candidates: Candidate[];
  answers: (Omit<Schemas["EarlierAnswer"], "candidate"> & { candidate: Candidate })[];
  known: Known[];
};
export type SuggestAnswer = { places: PlaceAnswer[] };
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
export type PlacementRule = Omit<Schemas["PlacementRuleBody"], "kind"> & { kind: Kinds };
export type Answer = Schemas["PairAnswerRequest"] | Schemas["TagsAnswerRequest"] | Schemas["ChoiceAnswerRequest"] | { kind: "span" | "region"; value: string; anchor: Anchor };
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
