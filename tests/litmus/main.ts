/**
 * All litmus tests of publication, as often as one wants.
 *
 *     node tests/litmus/main.ts [--iterations N]
 */
import { runShape, shapes } from "./publication.ts";

const at = process.argv.indexOf("--iterations");
const iterations = at < 0 ? 10_000_000 : Number(process.argv[at + 1]);
if (!Number.isInteger(iterations) || iterations < 1) throw new Error("--iterations needs a whole number of at least 1");
let total = 0;
for (const shape of shapes) {
  const start = performance.now();
  const forbidden = await runShape(shape, iterations);
  total += forbidden;
  console.log(`${shape}: ${iterations} writes, ${forbidden} forbidden outcomes (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}
process.exitCode = total === 0 ? 0 : 1;
