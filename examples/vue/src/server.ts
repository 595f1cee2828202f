import { createSSRApp } from "vue";
import { renderToString } from "vue/server-renderer";
import App from "./App.vue";

/** Return the markup of a page, which the browser then hydrates. */
export const render = (given: object): Promise<string> => renderToString(createSSRApp(App, { ...given }));
