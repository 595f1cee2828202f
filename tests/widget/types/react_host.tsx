import type {} from "earmark-widget/react";

export const Thread = ({ item }: { item: string }) => (
  <article>
    <earmark-duplicates item={item} question="duplicate" door="" class="near" onearmark:decide={({ detail }) => detail.value.trim()} />
    <earmark-tags item={item} question="topics" key={item} ref={(mark) => mark?.focus()} />
    <p id="post">In SeaMonkey</p>
    <earmark-span item={item} question="products" for="post" onearmark:decide={({ detail }) => detail.anchor} />
    <earmark-region item={item} question="parts" />
    <earmark-choice item={item} question="tone" thumbs style={{ marginTop: 8 }}>
      <p slot="decided">Thank you.</p>
    </earmark-choice>
  </article>
);

export const wrong = [
  // @ts-expect-error: an element needs its item.
  <earmark-tags key="1" question="topics" />,
  // @ts-expect-error: an item is a text.
  <earmark-tags key="2" question="topics" item={17} />,
  // @ts-expect-error: tags have no thumbs.
  <earmark-tags key="3" question="topics" item="17" thumbs />,
  // @ts-expect-error: there is no such element.
  <earmark-regions key="4" question="topics" item="17" />,
  // @ts-expect-error: what was taken back is no number.
  <earmark-tags key="5" question="topics" item="17" onearmark:undo={({ detail }) => detail.value.toFixed()} />,
];
