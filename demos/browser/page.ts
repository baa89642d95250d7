/**
 * The demo in a page: the same program as `npm start`, one row per number of threads.
 *
 * The address may say how much: `?threads=4&items=400000`. When it is over, `document.documentElement.dataset.state` is
 * `done`, `different` or `failed`.
 */
import {
  agrees,
  type HashmapOutcome,
  hashmapCells,
  hashmapColumns,
  runHashmap,
  standardWork,
  threadCounts,
} from "../hashmap/run.ts";

function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element ${id}`);
  return found as T;
}

function addRow(table: HTMLTableElement, cells: readonly string[], tag: "th" | "td"): void {
  const row = table.insertRow();
  for (const [at, text] of cells.entries()) {
    const cell = document.createElement(tag);
    cell.textContent = text;
    cell.className = hashmapColumns[at]?.align ?? "";
    row.append(cell);
  }
}

async function main(): Promise<"done" | "different"> {
  const parameters = new URLSearchParams(location.search);
  const most = Number(parameters.get("threads") ?? navigator.hardwareConcurrency);
  const items = Number(parameters.get("items") ?? standardWork.items);
  const status = element("status");
  const progress = element<HTMLProgressElement>("progress");
  const table = element<HTMLTableElement>("table");
  const program = await (await fetch("./hashmap.wat")).text();
  addRow(
    table,
    hashmapColumns.map(({ title }) => title),
    "th",
  );
  const outcomes: HashmapOutcome[] = [];
  for (const threads of threadCounts(most)) {
    status.textContent = `${threads} ${threads === 1 ? "thread" : "threads"}`;
    const outcome = await runHashmap(program, threads, { ...standardWork, items }, (part) => {
      progress.value = part;
    });
    outcomes.push(outcome);
    addRow(table, hashmapCells(outcome, outcomes[0] ?? outcome), "td");
  }
  progress.value = 1;
  status.textContent = "";
  const [single] = outcomes;
  const equal = single !== undefined && outcomes.every((outcome) => agrees(outcome, single));
  element("verdict").textContent = equal ? "All checksums are equal." : "Checksums differ.";
  return equal ? "done" : "different";
}

try {
  document.documentElement.dataset["state"] = await main();
} catch (error) {
  element("verdict").textContent = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  document.documentElement.dataset["state"] = "failed";
}
