import { defineConfig } from "vite";

// Names without hashes: the files are committed, and each is sent with an entity tag of its content.
export default defineConfig({
  base: "./",
  server: { proxy: { "/api": "http://127.0.0.1:7071", "/status.json": "http://127.0.0.1:7071" } },
  build: {
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    rollupOptions: { output: { entryFileNames: "desk.js", assetFileNames: "desk[extname]", codeSplitting: false } },
  },
});
