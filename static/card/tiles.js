/**
 * A layer's parameters as small pictures: one block a filter, in it one map a channel, cell by cell. Which number stands
 * where, and where one finds a number. Pure.
 */

/** @typedef {{ filters: number, maps: number, rows: number, columns: number, cells: number }} Grid cells: numbers of a map; the last row may be short */
/** @typedef {{ grid: Grid, cell: number, across: number, blocks: number, block: { w: number, h: number }, page: number, pages: number, first: number, count: number, width: number, height: number }} Plan */

const LARGEST = 14, READABLE = 4, SMALLEST = 2; // css px of a cell: more pages are made for readable ones, not for larger ones
const MANY = 40; // pages: no more for the sake of readable cells
const BETWEEN = { maps: 4, blocks: 11 };
/** Air around all, for the frames of the maps. */
export const EDGE = 1;
const ROW = 40; // numbers beside each other of what has no rows

/**
 * How the numbers of a parameter lie. What a dense layer reads of a flattened volume lies as that volume lies.
 * @param {number[]} shape
 * @param {number[]} [volume] what was flattened before the layer
 * @returns {Grid}
 */
export function gridOf(shape, volume = []) {
  const all = shape.reduce((n, side) => n * side, 1);
  if (shape.length === 1) return wrapped(1, all);
  if (shape.length === 2 && volume.length === 3 && volume.reduce((n, side) => n * side, 1) === shape[1]) return gridOf([shape[0], ...volume]);
  if (shape.length === 2) return wrapped(shape[0], shape[1]);
  const [maps, rows, columns] = shape.slice(-3), filters = all / (maps * rows * columns);
  if (rows * columns === 1) return wrapped(filters, maps);
  return { filters, maps, rows, columns, cells: rows * columns };
}

/** @param {number} filters @param {number} cells @returns {Grid} */
function wrapped(filters, cells) {
  const columns = Math.min(cells, ROW);
  return { filters, maps: 1, rows: Math.ceil(cells / columns), columns, cells };
}

/**
 * Where the blocks stand: the largest cells that let what there is be seen, in as many pages as that takes.
 * @param {Grid} grid
 * @param {{ width: number, height: number }} room css px
 * @param {number} [page]
 * @returns {Plan}
 */
export function planOf(grid, room, page = 0) {
  let plan = withCells(grid, room, SMALLEST);
  for (let cell = SMALLEST + 1; cell <= LARGEST; cell++) {
    const larger = withCells(grid, room, cell);
    if (larger.block.w > room.width || larger.block.h > room.height || (larger.pages > plan.pages && (cell > READABLE || larger.pages > MANY))) break;
    plan = larger;
  }
  const at = Math.max(0, Math.min(plan.pages - 1, page)), perPage = plan.count, first = at * perPage;
  const count = Math.min(perPage, grid.filters - first), lines = Math.ceil(count / plan.blocks);
  return { ...plan, page: at, first, count, height: lines * (plan.block.h + BETWEEN.blocks) - BETWEEN.blocks };
}

/** @param {Grid} grid @param {{ width: number, height: number }} room @param {number} cell @returns {Plan} */
function withCells(grid, room, cell) {
  const w = grid.columns * cell, h = grid.rows * cell;
  const most = Math.max(1, Math.min(grid.maps, Math.floor((room.width + BETWEEN.maps) / (w + BETWEEN.maps))));
  const across = Math.ceil(grid.maps / Math.ceil(grid.maps / most)); // 16 maps are two rows of 8, not 15 and 1
  const block = { w: across * (w + BETWEEN.maps) - BETWEEN.maps, h: Math.ceil(grid.maps / across) * (h + BETWEEN.maps) - BETWEEN.maps };
  const blocks = Math.max(1, Math.floor((room.width + BETWEEN.blocks) / (block.w + BETWEEN.blocks)));
  const lines = Math.max(1, Math.floor((room.height + BETWEEN.blocks) / (block.h + BETWEEN.blocks)));
  const count = Math.min(grid.filters, blocks * lines), pages = Math.ceil(grid.filters / count);
  return { grid, cell, across, blocks, block, page: 0, pages, first: 0, count, width: room.width, height: 0 };
}

/**
 * The maps of a page: which numbers, and where.
 * @param {Plan} plan
 * @returns {{ from: number, count: number, box: { x: number, y: number, w: number, h: number } }[]}
 */
export function mapsOf(plan) {
  const { grid, cell, count, first } = plan, found = [];
  for (let k = 0; k < count; k++) {
    for (let map = 0; map < grid.maps; map++) {
      const { x, y } = corner(plan, k, map);
      found.push({ from: ((first + k) * grid.maps + map) * grid.cells, count: grid.cells, box: { x, y, w: grid.columns * cell, h: grid.rows * cell } });
    }
  }
  return found;
}

/** The top left corner of a map. @param {Plan} plan @param {number} k the block of the page @param {number} map */
function corner({ grid, cell, across, blocks, block }, k, map) {
  return {
    x: (k % blocks) * (block.w + BETWEEN.blocks) + (map % across) * (grid.columns * cell + BETWEEN.maps),
    y: Math.floor(k / blocks) * (block.h + BETWEEN.blocks) + Math.floor(map / across) * (grid.rows * cell + BETWEEN.maps),
  };
}

/**
 * The number at a place, as it is counted in its array; null between the maps.
 * @param {Plan} plan
 * @param {number} x
 * @param {number} y
 */
export function numberAt(plan, x, y) {
  const { grid, cell, across, blocks, block, count, first } = plan;
  const wide = block.w + BETWEEN.blocks, high = block.h + BETWEEN.blocks, [i, j] = [Math.floor(y / high), Math.floor(x / wide)];
  const k = i * blocks + j;
  if (x < 0 || y < 0 || j >= blocks || k >= count) return null;
  const w = grid.columns * cell + BETWEEN.maps, h = grid.rows * cell + BETWEEN.maps, [u, v] = [x - j * wide, y - i * high];
  const [row, column] = [Math.floor(v / h), Math.floor(u / w)], map = row * across + column;
  const [r, c] = [Math.floor((v - row * h) / cell), Math.floor((u - column * w) / cell)], inside = r * grid.columns + c;
  if (column >= across || map >= grid.maps || r >= grid.rows || c >= grid.columns || inside >= grid.cells) return null;
  return ((first + k) * grid.maps + map) * grid.cells + inside;
}

/** The box of a number that is on the page, else null. @param {Plan} plan @param {number} flat */
export function boxOf(plan, flat) {
  const { grid, cell, first, count } = plan, each = grid.maps * grid.cells, k = Math.floor(flat / each) - first;
  if (k < 0 || k >= count) return null;
  const inside = flat % grid.cells, { x, y } = corner(plan, k, Math.floor((flat % each) / grid.cells));
  return { x: x + (inside % grid.columns) * cell, y: y + Math.floor(inside / grid.columns) * cell, w: cell, h: cell };
}

/** The cell of the k-th number of an array of a shape. @param {number} flat @param {number[]} shape */
export function cellAt(flat, shape) {
  const cell = [];
  for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
    cell.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return cell;
}
