import { StrictMode } from "react";
import { hydrateRoot } from "react-dom/client";
import { App } from "./App";

const given = JSON.parse(document.getElementById("given")!.textContent!);
export const app = hydrateRoot(document.getElementById("root")!, <StrictMode><App {...given} /></StrictMode>);
