"use strict";
{
  const data = JSON.parse(document.getElementById("data").textContent);
  const plot = document.getElementById("plot");
  const circles = [...plot.querySelectorAll("circle")];
  const [told, frame, code, source] = ["told", "frame", "code", "source"].map((id) => document.getElementById(id));
  const kinds = document.getElementById("kinds");
  const place = new Map(circles.map((circle, index) => [circle, index]));
  let shown = null;
  let held = null;

  /* Shows a component: how it looks without its style sheets, and its source. */
  const show = (circle) => {
    if (circle === shown) return;
    shown?.classList.remove("shown");
    shown = circle;
    circle.classList.add("shown");
    circle.parentNode.append(circle);
    const [page, path, kind, html] = data[place.get(circle)];
    told.textContent = `${kind} · ${page} ${path}`;
    source.textContent = html;
    frame.hidden = code.hidden = html === "";
    frame.srcdoc = `<!DOCTYPE html><meta charset="utf-8"><style>body{font:14px system-ui,sans-serif}</style>${html}`;
  };

  const over = (event) => event.target.closest?.("circle");
  plot.addEventListener("pointerover", (event) => { if (over(event) && held === null) show(over(event)); });
  plot.addEventListener("click", (event) => {
    const circle = over(event);
    held = circle && circle !== held ? circle : null;
    if (circle) show(circle);
  });

  /* Leaves those of chosen kinds, on pages whose names contain a text. */
  const filter = () => {
    const chosen = new Set([...kinds.querySelectorAll("input:checked")].map((box) => box.value));
    const name = kinds.elements.page.value.toLowerCase();
    for (const [circle, index] of place) {
      const [page, , kind] = data[index];
      circle.toggleAttribute("hidden", !chosen.has(kind) || !page.toLowerCase().includes(name));
    }
  };
  kinds.addEventListener("input", filter);
  kinds.addEventListener("submit", (event) => event.preventDefault());
}
