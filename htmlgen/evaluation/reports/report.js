"use strict";
{
  const pages = [...document.querySelectorAll("details.page")];
  const filter = document.getElementById("filter");

  /* Shows the findings of one rule, and pages that have some and whose name contains a text. */
  const show = () => {
    const rule = filter.elements.rule.value;
    const name = filter.elements.page.value.toLowerCase();
    let shown = 0;
    for (const page of pages) {
      let findings = 0;
      for (const finding of page.querySelectorAll("li[data-rule]")) {
        finding.hidden = rule !== "" && finding.dataset.rule !== rule;
        findings += !finding.hidden;
      }
      page.hidden = findings === 0 || !page.dataset.name.toLowerCase().includes(name);
      shown += !page.hidden;
    }
    filter.elements.shown.value = rule || name ? `${shown} of ${pages.length} pages` : "";
  };

  if (filter) {
    filter.hidden = false;
    filter.addEventListener("input", show);
    filter.addEventListener("submit", (event) => event.preventDefault());
  }

  /* On paper every page is open. */
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = pages.filter((page) => !page.open);
    for (const page of closed) page.open = true;
  });
  addEventListener("afterprint", () => {
    for (const page of closed) page.open = false;
  });
}
