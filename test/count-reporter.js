/** Jest reporter: ends the run, after jest's own summary, with a plain line `N passed, N failed`. */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    // A suite that could not be run at all holds no failed test, but it did fail.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    // The summary reporter comes last whatever the configuration says, so this waits until after it.
    process.once('exit', () => process.stdout.write(`${results.numPassedTests} passed, ${failed} failed\n`));
  }
}
