import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{schema,collector,verifier,dashboard,bench}/**/*.test.ts', 'main.test.ts'],
    exclude: ['dashboard/e2e/**', '**/*.browser.test.ts', '**/node_modules/**'],
    globalSetup: ['schema/engine/engine-for-tests.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
