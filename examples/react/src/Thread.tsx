import { useState } from "react";
import { useAnswerElsewhere } from "./earmark";

export interface ThreadFacts {
  id: string;
  title: string;
  body: string;
}

export function Thread({ thread: { id, title, body } }: { thread: ThreadFacts }) {
  const [isMuted, setMuted] = useState(false);
  const elsewhere = useAnswerElsewhere(id);
  return (
    <main>
      <h1>{title}</h1>
      {elsewhere && (
        <aside role="status">
          <strong>{elsewhere.answer ? "Answered over there:" : "Asked over there:"}</strong> {elsewhere.answer || elsewhere.title}
        </aside>
      )}
      <p>{body}</p>
      {!isMuted && (
        <section aria-label="About this thread">
          <earmark-choice item={id} question="tone" />
          <earmark-tags item={id} question="topics" />
          <earmark-duplicates item={id} question="duplicate" />
        </section>
      )}
      <button onClick={() => setMuted(!isMuted)}>{isMuted ? "Help sort this thread" : "Read without marks"}</button>
    </main>
  );
}
