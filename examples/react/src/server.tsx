import { StrictMode } from "react";
import { renderToString } from "react-dom/server";
import { App, type Given } from "./App";

/** Return the markup of a page, which the browser then hydrates. */
export const render = (given: Given): string => renderToString(<StrictMode><App {...given} /></StrictMode>);
