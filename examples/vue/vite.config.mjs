import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith("earmark-") } } })],
  server: {
    // The package lies outside this folder, in the same checkout.
    fs: { allow: [".", "../../widget/esm"] },
    proxy: { "/identity": `http://localhost:${process.env.SIGN_PORT ?? 5175}` },
  },
});
