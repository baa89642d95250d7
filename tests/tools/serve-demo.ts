/**
 * Serves the demo's page with the headers of cross-origin isolation.
 *
 *     npm run serve [PORT]
 */
import { serve } from "../../demos/serve.ts";
import { buildPages, pagesFolder } from "./browser-build.ts";

await buildPages();
const { url } = await serve([pagesFolder], Number(process.argv[2] ?? 8080));
console.log(`the demo is at ${url}`);
