import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite dev` finds the APIs: a server started with `npm start`. */
const server = process.env.RINGBACK_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The layout of charts alone has 1.5 MB; it is loaded with the first chart that is shown.
    chunkSizeWarningLimit: 1_800,
    // The first browsers that know light-dark(): for older ones it would be rewritten into something that does not see
    // which colour scheme is chosen.
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
  },
  server: { proxy: { '/api': server, '/genesys': server, '/desktop': { target: server, ws: true } } },
});
