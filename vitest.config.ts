import { defineConfig } from 'vitest/config';

// Integration tests start real servers, so they run one file at a time and only when they are asked for.
const shared = { exclude: ['node_modules/**', 'dist/**', '.meridian/**'] };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...shared.exclude, '**/*.int.test.ts'],
        },
      },
      {
        test: {
          ...shared,
          name: 'integration',
          globalSetup: 'scripts/testing/shared-stack.ts',
          include: ['**/*.int.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
