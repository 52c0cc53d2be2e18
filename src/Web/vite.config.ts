import { defineConfig } from "vite";

// Names without hashes: the files are committed, and each is sent with an entity tag of its content. What only some look at is a file of its own, which the first page does not wait for.
export default defineConfig({
  base: "./",
  server: { proxy: { "/api": "http://127.0.0.1:7071", "/status.json": "http://127.0.0.1:7071" } },
  build: {
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    rollupOptions: { output: { entryFileNames: "desk.js", chunkFileNames: "[name].js", assetFileNames: "desk[extname]" } },
  },
});
