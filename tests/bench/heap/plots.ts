/**
 * The benchmark's results as SVG pictures for the docs: how many times as fast as each peer, and how long pauses are.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CaseResult, Results } from "./report.ts";
import { quantile } from "./statistics.ts";

const FONT = 'font-family="sans-serif" font-size="12"';
const colors = { unshared: "#3b82c4", "shared-objects": "#7a52a8", javascript: "#e08e1b" } as const;
type Peer = keyof typeof colors;
const peers = Object.keys(colors) as Peer[];
const labels: Readonly<Record<Peer, string>> = {
  unshared: "V8 unshared",
  "shared-objects": "V8 shared",
  javascript: "JS objects",
};

function svg(width: number, height: number, title: string, parts: readonly string[]): string {
  const head = [`<title>${title}</title>`, `<rect width="100%" height="100%" fill="#ffffff"/>`, text(8, 18, title)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ${FONT}>`,
    ...head,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

const text = (x: number, y: number, content: string, anchor = "start"): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`;

/** Bars on a logarithmic axis: each is a ratio, with a line from quartile to quartile. */
function drawRatios(cases: readonly CaseResult[], title: string): string {
  const left = 190;
  const width = 760;
  const bar = 11;
  const group = peers.length * bar + 14;
  const top = 54;
  const [least, most] = [0.25, 64];
  const x = (ratio: number): number =>
    left +
    ((Math.log2(Math.min(Math.max(ratio, least), most)) - Math.log2(least)) / Math.log2(most / least)) *
      (width - left - 60);
  const height = top + cases.length * group + 20;
  const parts: string[] = [];
  for (const [i, peer] of peers.entries()) {
    parts.push(
      `<rect x="${left + i * 130}" y="28" width="10" height="10" fill="${colors[peer]}"/>`,
      text(left + 14 + i * 130, 37, `x ${labels[peer]}`),
    );
  }
  for (let ratio = least; ratio <= most; ratio *= 2) {
    const stroke = ratio === 1 ? "#111827" : "#d8dde3";
    parts.push(`<line x1="${x(ratio)}" y1="${top - 6}" x2="${x(ratio)}" y2="${height - 22}" stroke="${stroke}"/>`);
    parts.push(text(x(ratio), height - 8, ratio < 1 ? `1/${1 / ratio}` : String(ratio), "middle"));
  }
  for (const [i, { work, engines }] of cases.entries()) {
    const y = top + i * group;
    parts.push(text(left - 8, y + group / 2, work.label, "end"));
    for (const [k, peer] of peers.entries()) {
      const ratio = engines.find(({ engine }) => engine === peer)?.clock;
      if (ratio === undefined) continue;
      const [from, to] = ratio.median >= 1 ? [x(1), x(ratio.median)] : [x(ratio.median), x(1)];
      const at = y + k * bar;
      parts.push(
        `<rect x="${from}" y="${at}" width="${Math.max(1, to - from)}" height="${bar - 2}" fill="${colors[peer]}"/>`,
      );
      parts.push(
        `<line x1="${x(ratio.low)}" y1="${at + 4.5}" x2="${x(ratio.high)}" y2="${at + 4.5}" stroke="#111827"/>`,
      );
      parts.push(text(Math.max(to, x(ratio.high)) + 4, at + 9, ratio.median.toFixed(1)));
    }
  }
  return svg(width, height, title, parts);
}

/** Which part of the young pauses is not longer than so many milliseconds, one line for each case. */
function drawPauses(cases: readonly CaseResult[]): string {
  const [left, top, width, height] = [50, 40, 760, 360];
  const [least, most] = [0.01, 100];
  const x = (milliseconds: number): number =>
    left +
    (Math.log10(Math.min(Math.max(milliseconds, least), most) / least) / Math.log10(most / least)) *
      (width - left - 170);
  const y = (part: number): number => top + (1 - part) * (height - top - 40);
  const parts: string[] = [];
  for (let milliseconds = least; milliseconds <= most; milliseconds *= 10) {
    parts.push(`<line x1="${x(milliseconds)}" y1="${top}" x2="${x(milliseconds)}" y2="${y(0)}" stroke="#d8dde3"/>`);
    parts.push(text(x(milliseconds), y(0) + 16, `${Number(milliseconds.toPrecision(1))} ms`, "middle"));
  }
  for (const part of [0, 0.25, 0.5, 0.75, 0.9, 0.99, 1]) {
    parts.push(`<line x1="${left}" y1="${y(part)}" x2="${x(most)}" y2="${y(part)}" stroke="#d8dde3"/>`);
    if (part !== 0.99) parts.push(text(left - 6, y(part) + 4, `${part * 100} %`, "end"));
  }
  const drawn = cases.filter(({ young }) => young.length >= 10);
  for (const [i, { work, young }] of drawn.entries()) {
    const color = `hsl(${Math.round((360 * i) / drawn.length)} 60% 42%)`;
    const points = Array.from(
      { length: 101 },
      (_, percent) => `${x(quantile(young, percent / 100)).toFixed(1)},${y(percent / 100).toFixed(1)}`,
    );
    parts.push(`<polyline points="${points.join(" ")}" fill="none" stroke="${color}" stroke-width="1.5"/>`);
    parts.push(`<rect x="${x(most) + 12}" y="${top + 4 + i * 18}" width="10" height="10" fill="${color}"/>`);
    parts.push(text(x(most) + 26, top + 13 + i * 18, work.label));
  }
  return svg(width, height, "Young collections: part of the pauses that are not longer", parts);
}

/** Writes the pictures to a folder. */
export function writePlots({ cases }: Results, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const threads of new Set(cases.map((one) => one.threads))) {
    const chosen = cases.filter((one) => one.threads === threads);
    const title = `How many times as fast as each peer, ${threads} thread${threads === 1 ? "" : "s"} (medians, and quartiles of single runs)`;
    writeFileSync(join(folder, `heap-speed-${threads}.svg`), drawRatios(chosen, title));
    if (threads === 1) writeFileSync(join(folder, "heap-pauses.svg"), drawPauses(chosen));
  }
}
