const FORMULA = /^[=+\-@\t\r]/;
const PHONE_NUMBER = /^\+[\d\s().-]+$/;

/**
 * One line of a CSV file (RFC 4180). A cell that a spreadsheet would take for a formula is defused by an apostrophe;
 * telephone numbers keep their `+` and are quoted.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: string): string {
  const isNumber = PHONE_NUMBER.test(cell);
  const text = FORMULA.test(cell) && !isNumber ? `'${cell}` : cell;
  return isNumber || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
