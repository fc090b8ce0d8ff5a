/* What is wider than its frame can be scrolled with the keyboard too. */
(() => {
  const reach = () => {
    for (const box of document.querySelectorAll("pre, .table-wrapper, .formula, .output")) {
      if (box.scrollWidth > box.clientWidth) {
        box.tabIndex = 0;
      } else {
        box.removeAttribute("tabindex");
      }
    }
  };
  addEventListener("load", reach);
  addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true);
})();
