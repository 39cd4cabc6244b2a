"use strict";
// The player of a run: one step at a time, and its row in the chart.
for (const player of document.querySelectorAll(".player")) {
  const steps = [...player.querySelectorAll(".step")], rows = player.querySelectorAll(".row");
  const slider = player.querySelector("input"), says = player.querySelector("output");
  let now = 0;
  const show = n => {
    now = Math.max(0, Math.min(steps.length - 1, n));
    steps.forEach((s, i) => s.classList.toggle("now", i === now));
    rows.forEach(r => r.classList.toggle("now", Number(r.dataset.row) === now));
    slider.value = now;
    says.textContent = `${now} of ${steps.length - 1}: ${steps[now].querySelector("strong").textContent}`;
  };
  const go = { first: () => 0, previous: () => now - 1, next: () => now + 1, last: () => steps.length - 1 };
  for (const b of player.querySelectorAll("button")) b.addEventListener("click", () => show(go[b.dataset.go]()));
  slider.addEventListener("input", () => show(Number(slider.value)));
  player.addEventListener("keydown", e => {
    const key = { ArrowLeft: "previous", ArrowRight: "next", Home: "first", End: "last" }[e.key];
    if (key && e.target !== slider) { show(go[key]()); e.preventDefault(); }
  });
  rows.forEach(r => r.addEventListener("click", () => show(Number(r.dataset.row))));
  player.classList.add("playing");
  player.querySelector(".controls").hidden = false;
  show(0);
}

// The folded graphs: laid out here, with zoom and search.
const wire = (graph, svg) => {
  const canvas = graph.querySelector(".canvas"), says = graph.querySelector("output"), box = graph.querySelector("input");
  const natural = svg.viewBox.baseVal.width * 4 / 3;
  let zoom = 1;
  const size = z => {
    zoom = Math.max(0.1, Math.min(8, z));
    svg.setAttribute("width", natural * zoom);
    svg.removeAttribute("height");
  };
  const fit = () => size(Math.min(1, canvas.clientWidth / natural));
  const how = { in: () => size(zoom * 1.25), out: () => size(zoom / 1.25), fit };
  for (const b of graph.querySelectorAll("button")) b.addEventListener("click", () => how[b.dataset.zoom]());
  const nodes = [...svg.querySelectorAll(".node")];
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLowerCase();
    const found = nodes.filter(n => {
      const is = wanted !== "" && n.textContent.toLowerCase().includes(wanted);
      n.classList.toggle("found", is);
      return is;
    });
    says.textContent = wanted === "" ? "" : `${found.length} of ${nodes.length} states match`;
    if (found.length > 0) {
      const at = found[0].getBoundingClientRect(), frame = canvas.getBoundingClientRect();
      canvas.scrollBy(at.left - frame.left - frame.width / 2, at.top - frame.top - frame.height / 2);
    }
  });
  graph.querySelector(".controls").hidden = false;
  fit();
};
(async () => {
  const graphs = [...document.querySelectorAll(".graph")];
  if (graphs.length === 0) return;
  const viz = await Viz.instance();
  for (const graph of graphs) {
    const svg = viz.renderSVGElement(graph.dataset.dot);
    svg.setAttribute("aria-hidden", "true");
    graph.querySelector(".canvas").append(svg);
    wire(graph, svg);
    await new Promise(done => setTimeout(done));
  }
})();

// On paper nothing can be opened.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(d => { d.open = true; }));
