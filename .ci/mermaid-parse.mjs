// Reads Mermaid from standard input, diagrams divided by lines "==> NAME", and prints
// the parser's version, and for each diagram its name and what Mermaid's own parser says of it. It is run in a directory
// with the npm packages mermaid and jsdom.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
const find = createRequire(process.cwd() + "/");
const { JSDOM } = find("jsdom");
const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const root = find.resolve("mermaid");
const { default: mermaid } = await import(pathToFileURL(root));
console.log("mermaid", JSON.parse(readFileSync("node_modules/mermaid/package.json", "utf8")).version);
mermaid.initialize({ maxTextSize: 1e7, maxEdges: 1e5 });
for (const part of readFileSync(0, "utf8").split(/^==> /m).slice(1)) {
  const end = part.indexOf("\n");
  try {
    const { diagramType } = await mermaid.parse(part.slice(end + 1));
    console.log(part.slice(0, end), diagramType);
  } catch (e) {
    console.log(part.slice(0, end), "FAIL", String(e.message).split("\n")[0]);
  }
}
