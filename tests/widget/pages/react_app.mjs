// A host in React: a thread with the three kinds, a counter that renders again, and a way to another thread.
export function makeApp(React) {
  const { createElement: el, useEffect, useState } = React;

  function Thread({ item }) {
    const [count, setCount] = useState(0);
    const [mounts, setMounts] = useState(0);
    useEffect(() => setMounts((before) => before + 1), []);
    return el("article", { "data-mounts": mounts },
      el("h1", null, `Thread ${item}`),
      el("button", { id: "again", onClick: () => setCount(count + 1) }, `Rendered ${count}`),
      el("div", { className: "held low" },
        el("earmark-tags", { item, question: "topics" }),
        el("earmark-choice", { item, question: "tone" })),
      el("div", { className: "held" }, el("earmark-duplicates", { item, question: "duplicate" })),
      el("p", null, "The end."));
  }

  return function App({ item: first }) {
    const [item, setItem] = useState(first);
    const [isShown, setShown] = useState(true);
    return el("main", null,
      el("button", { id: "other", onClick: () => setItem("other") }, "Another thread"),
      el("button", { id: "toggle", onClick: () => setShown(!isShown) }, "Hide or show"),
      isShown && el(Thread, { item }));
  };
}
