import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = dirname(fileURLToPath(import.meta.url));

export default defineConfig({
  root: here,
  resolve: { alias: { "@": join(here, "src"), vitest: join(here, "node_modules/vitest") } },
  server: { fs: { allow: [join(here, "..")] } },
  test: { dir: join(here, "../tests/widget"), environment: "happy-dom", restoreMocks: true, testTimeout: 20_000, hookTimeout: 60_000 },
});
