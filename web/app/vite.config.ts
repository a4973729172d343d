import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

/** The gateway that `npm run dev` talks to. */
const gateway = process.env.CASTMESH_DEV_GATEWAY ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
  },
  build: {
    target: 'es2022',
    // The content security policy allows no data: fonts and no inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        // Libraries change less often than the application; a new release leaves them cached.
        manualChunks: (id) =>
          id.includes('node_modules') && !id.includes('lucide') ? 'vendor' : undefined,
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': gateway,
      '/ws': { target: gateway, ws: true },
    },
  },
});
