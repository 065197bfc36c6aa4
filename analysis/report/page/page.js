"use strict";
// Sorts a table's rows, each group by itself; the third time they stand as they did.
// The first number in a cell counts, or its text; cells without either stay last.
for (const table of document.querySelectorAll("table")) {
	const head = [...table.tHead.rows];
	const bodies = [...table.tBodies].map(body => {
		const all = [...body.rows];
		return { body, titles: all.filter(row => row.className === "group"),
			rows: all.filter(row => row.className !== "group") };
	});
	if (!bodies.some(b => b.rows.length > 1))
		continue;
	// Where a head stands depends on the heads above it that reach over several columns.
	const taken = [];
	const heads = [];
	head.forEach((row, y) => {
		let x = 0;
		for (const cell of row.cells) {
			while (taken[y] && taken[y][x])
				x++;
			for (let dy = 0; dy < cell.rowSpan; dy++)
				for (let dx = 0; dx < cell.colSpan; dx++)
					(taken[y + dy] ||= [])[x + dx] = true;
			if (cell.scope === "col")
				heads.push({ cell, column: x });
			x += cell.colSpan;
		}
	});
	const key = (row, column) => {
		const text = row.cells[column].textContent.trim().replace("\u2212", "-");
		const number = text.match(/[-+]?\d[\d.]*(?:e[-+]?\d+)?/i);
		return { text, number: column && number ? parseFloat(number[0]) : NaN };
	};
	const compare = (a, b) => {
		const left = isNaN(a.number), right = isNaN(b.number);
		if (!left && !right)
			return a.number - b.number;
		return left !== right ? 0 : a.text.localeCompare(b.text);
	};
	const empty = k => isNaN(k.number) && (k.text === "" || k.text === "-");
	const sort = (column, way) => {
		for (const { body, titles, rows } of bodies) {
			const keyed = rows.map((row, place) => ({ row, place, key: key(row, column) }));
			keyed.sort((a, b) => way === 0 ? a.place - b.place
				: empty(a.key) - empty(b.key)
				|| isNaN(a.key.number) - isNaN(b.key.number)
				|| way * compare(a.key, b.key) || a.place - b.place);
			body.append(...titles, ...keyed.map(k => k.row));
		}
	};
	for (const { cell, column } of heads) {
		const button = document.createElement("button");
		button.type = "button";
		button.append(...cell.childNodes);
		cell.append(button);
		button.addEventListener("click", () => {
			const was = cell.getAttribute("aria-sort");
			const way = was === "ascending" ? -1 : was === "descending" ? 0 : 1;
			for (const other of heads)
				other.cell.removeAttribute("aria-sort");
			if (way)
				cell.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
			sort(column, way);
		});
	}
}
// What need not be scrolled need not be a stop on the way through the page.
const stops = () => {
	for (const box of document.querySelectorAll(".scroll"))
		if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight)
			box.tabIndex = 0;
		else
			box.removeAttribute("tabindex");
};
stops();
addEventListener("resize", stops);
// On a small screen the report comes first.
if (matchMedia("(max-width: 68rem)").matches)
	document.querySelector("nav details").open = false;
