import { defineConfig } from "vite";

export default defineConfig({
  esbuild: { jsx: "automatic" },
  // The package lies outside this folder, in the same checkout.
  server: { fs: { allow: [".", "../../widget/esm"] } },
});
