import { useEffect, useState } from "react";
import { useEarmark, type Earmark } from "./earmark";
import { Thread, type ThreadFacts } from "./Thread";

export interface Given {
  earmark: Earmark;
  threads: ThreadFacts[];
  path: string;
}

export function App({ earmark, threads, path: first }: Given) {
  useEarmark(earmark);
  const [path, go] = usePath(first);
  const [words, setWords] = useState("");
  const thread = threads.find(({ id }) => path === `/t/${id}`) ?? threads[0]!;
  const found = threads.filter(({ title }) => title.toLowerCase().includes(words.toLowerCase()));
  return (
    <>
      <Thread thread={thread} />
      <nav aria-label="Threads">
        <label>
          Find a thread
          <input value={words} onChange={({ target }) => setWords(target.value)} />
        </label>
        <ul>
          {found.map(({ id, title }) => (
            <li key={id}>
              <a href={`/t/${id}`} aria-current={id === thread.id ? "page" : undefined} onClick={go}>{title}</a>
            </li>
          ))}
        </ul>
      </nav>
    </>
  );
}

/** Return the path of the page, and what a link does instead of leaving it. */
function usePath(first: string) {
  const [path, setPath] = useState(first);
  useEffect(() => {
    const back = () => setPath(location.pathname);
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);
  function go(event: React.MouseEvent<HTMLAnchorElement>) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState(null, "", event.currentTarget.href);
    setPath(location.pathname);
  }
  return [path, go] as const;
}
