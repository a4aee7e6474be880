/** Tests run TypeScript through SWC as ES modules; `test/setup.js` compiles `dist` first, for the worker threads. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
      },
    ],
  },
  reporters: ['default', '<rootDir>/test/count-reporter.js'],
  globalSetup: '<rootDir>/test/setup.js',
  setupFiles: ['<rootDir>/test/seed.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/equality.ts'],
  testTimeout: 120_000,
  maxWorkers: 2,
};
