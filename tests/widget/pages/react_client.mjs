import { createElement, StrictMode } from "react";
import * as React from "react";
import { hydrateRoot } from "react-dom/client";
import { makeApp } from "./react_app.mjs";

const root = document.getElementById("root");
const errors = (window.reactErrors = []);
hydrateRoot(root, createElement(StrictMode, null, createElement(makeApp(React), { item: root.dataset.item })), {
  onRecoverableError: (error) => errors.push(String(error)),
  onCaughtError: (error) => errors.push(String(error)),
  onUncaughtError: (error) => errors.push(String(error)),
});
