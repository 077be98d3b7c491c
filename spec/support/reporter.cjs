// The spec reporter, which also leaves the counts for tools/test where PODROOT_SPEC_COUNTS says.
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      const path = process.env.PODROOT_SPEC_COUNTS;
      const line = `${passes} passed, ${failures} failed, ${pending} skipped\n`;
      if (path !== undefined) writeFileSync(path, line);
    });
  }
};
