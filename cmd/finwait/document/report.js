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
    slider.setAttribute("aria-valuetext", says.textContent);
  };
  const go = { first: () => 0, previous: () => now - 1, next: () => now + 1, last: () => steps.length - 1 };
  for (const b of player.querySelectorAll("button")) b.addEventListener("click", () => show(go[b.dataset.go]()));
  slider.addEventListener("input", () => show(Number(slider.value)));
  player.addEventListener("keydown", e => {
    const key = { ArrowLeft: "previous", ArrowRight: "next", Home: "first", End: "last" }[e.key];
    if (key && e.target !== slider) { show(go[key]()); e.preventDefault(); }
  });
  rows.forEach(r => r.addEventListener("click", () => show(Number(r.dataset.row))));
  for (const b of player.closest(".evidence").querySelectorAll(".show")) {
    b.hidden = false;
    b.addEventListener("click", () => { show(Number(b.dataset.show)); player.scrollIntoView(); slider.focus({ preventScroll: true }); });
  }
  // Who wants to see all variables wants them at each step.
  const all = [...player.querySelectorAll(".all")];
  for (const d of all) d.addEventListener("toggle", () => all.forEach(other => { other.open = d.open; }));
  player.classList.add("playing");
  player.querySelector(".controls").hidden = false;
  show(0);
}

// The folded graphs: laid out here when they come into sight, with zoom and search.
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
  let found = [], next = 0;
  const center = n => {
    const at = n.getBoundingClientRect(), frame = canvas.getBoundingClientRect();
    canvas.scrollBy(at.left + at.width / 2 - frame.left - frame.width / 2, at.top + at.height / 2 - frame.top - frame.height / 2);
  };
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLowerCase();
    found = nodes.filter(n => {
      const is = wanted !== "" && n.textContent.toLowerCase().includes(wanted);
      n.classList.toggle("found", is);
      return is;
    });
    says.textContent = wanted === "" ? "" : `${found.length} of ${nodes.length} states match`;
    next = 0;
    if (found.length > 0) center(found[next++]);
  });
  box.addEventListener("keydown", e => { if (e.key === "Enter" && found.length > 0) center(found[next++ % found.length]); });
  graph.querySelector(".controls").hidden = false;
  fit();
};
(async () => {
  const graphs = new Set(document.querySelectorAll(".graph"));
  if (graphs.size === 0) return;
  const viz = await Viz.instance();
  const draw = graph => {
    if (!graphs.delete(graph)) return;
    const svg = viz.renderSVGElement(graph.dataset.dot);
    svg.setAttribute("aria-hidden", "true");
    // The fonts of a browser are wider than those that the layout counts with.
    for (const text of svg.querySelectorAll("text")) text.style.fontSize = `${text.getAttribute("font-size") * 0.88}px`;
    graph.querySelector(".canvas").append(svg);
    wire(graph, svg);
  };
  const sight = new IntersectionObserver(seen => seen.forEach(s => { if (s.isIntersecting) draw(s.target); }), { rootMargin: "1000px" });
  graphs.forEach(graph => sight.observe(graph));
  addEventListener("beforeprint", () => graphs.forEach(draw));
})();

// On paper nothing can be opened; what is long stays closed.
addEventListener("beforeprint", () => document.querySelectorAll("details:not(.bulk)").forEach(d => { d.open = true; }));
