const AT_ONCE = 200; // rows on the page: a browser needs long to lay out thousands
const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const valueOf = (cell) => {
  const text = cell.textContent.trim();
  return cell.classList.contains("number") && text !== "" ? Number.parseFloat(text) : text;
};
const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : order.compare(a, b));
const make = (tag, properties) => Object.assign(document.createElement(tag), properties);

for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...body.rows].map((row) => ({ row, text: row.textContent.toLowerCase(), values: [] }));
  let words = [];
  let most = AT_ONCE;
  const input = make("input", { type: "search" });
  const count = make("output", {});
  const more = make("button", { type: "button", className: "more" });
  const show = () => {
    const found = rows.filter(({ text }) => words.every((word) => text.includes(word)));
    body.replaceChildren(...found.slice(0, most).map(({ row }) => row));
    count.textContent = words.length ? ` ${found.length} of ${rows.length}` : "";
    more.textContent = `Show all ${found.length}`;
    more.hidden = found.length <= most;
  };
  heads.forEach((head, column) => {
    if (head.tagName !== "TH") return;
    const numeric = head.classList.contains("number");
    const button = make("button", { type: "button", className: "sort" });
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const before = head.ariaSort;
      const down = before ? before === "ascending" : numeric; // numbers begin with the greatest
      for (const { row, values } of rows) values[column] ??= valueOf(row.cells[column]);
      rows.sort((a, b) => (down ? -1 : 1) * compare(a.values[column], b.values[column]));
      for (const other of heads) other.ariaSort = null;
      head.ariaSort = down ? "descending" : "ascending";
      show();
    });
  });
  input.addEventListener("input", () => {
    words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    show();
  });
  more.addEventListener("click", () => {
    most = Infinity;
    show();
  });
  if (rows.length > 10) {
    const label = make("label", { className: "search" });
    label.append("Search ", input, count);
    table.parentElement.before(label);
  }
  table.parentElement.after(more);
  show();
}
