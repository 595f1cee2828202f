// Recogito's text annotator, as its guide says: https://github.com/recogito/text-annotator-js. It shows three marks.
import { createTextAnnotator } from "@recogito/text-annotator";
import "@recogito/text-annotator/text-annotator.css";

const post = document.getElementById("post");
const annotator = createTextAnnotator(post);
const text = post.textContent;
const marks = ["SeaMonkey 2.53.8", "IMAP", "2.53.7.1"].map((quote, at) => {
  const start = text.indexOf(quote);
  const id = `mark-${at}`;
  return { id, bodies: [], target: { annotation: id, selector: [{ quote, start, end: start + quote.length }] } };
});
annotator.setAnnotations(marks);
window.annotator = annotator;
