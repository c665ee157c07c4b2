/** Numbers as text: one rule for all of the page; a printed column adds up, with the rest said beside it where it has to be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { about, adds, CELL, chance, column, columnIn, factor, LONG, remainder, SHORT, signedThousandths, single, styleFor, styleOf, text, thousandths, unit, valueText } from '../../static/lens/digits.js';
import { rows } from '../../static/lens/rows.js';

/** Printed text as a whole number of its last digits. @param {string} printed */
const count = (printed) => BigInt(printed.replace('−', '-').replace('+', '').replace('.', ''));

/** A generator with a fixed seed (mulberry32). @param {number} seed */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test('a column near 1 keeps four decimals on both sides of it', () => {
  assert.deepEqual([single(1.5, 5), single(0.5, 5), single(0.05, 5), single(15, 5)], ['1.5000', '0.5000', '0.050000', '15.000']);
});

test('five digits of the largest, all with the same decimals', () => {
  assert.deepEqual(column([1.25, -0.5], 0.75, 5), {
    parts: ['+1.2500', '−0.5000'], total: '0.7500', rest: null, style: { decimals: 4, exponent: 0 },
  });
});

test('a number reads the same beside every column, and what is left over is said', () => {
  const { parts, total, rest } = column([0.00004, 0.00004, 1], 1.00008, 5);
  assert.deepEqual([parts, total, rest], [['0.0000', '0.0000', '+1.0000'], '1.0001', '+0.0001']);
});

test('of a thousand random numbers every shorter form is the longer one, rounded; minus is rounded as plus is', () => {
  const next = random(11), number = (/** @type {string} */ printed) => Number(printed.replace('−', '-').replace(/ ?× ?10/, 'e').replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/g, (c) => '⁰¹²³⁴⁵⁶⁷⁸⁹⁻'.indexOf(c) === 10 ? '-' : String('⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(c))));
  for (let trial = 0; trial < 1000; trial++) {
    const value = (next() - 0.5) * 10 ** Math.round(next() * 16 - 8), forms = [about(value), single(value, SHORT), single(value, LONG), single(value, 9)].map(number);
    const last = [CELL, SHORT, LONG, 9].map((digits) => 10 ** (Math.floor(Math.log10(Math.abs(value))) - digits + 1));
    forms.forEach((form, k) => assert.ok(Math.abs(form - value) <= (Math.abs(value) < 1 && Math.abs(value) >= 0.1 && k ? 10 : 1) * 0.5001 * last[k], `${value} ${form}`));
    assert.equal(single(-value, LONG).replace('−', ''), single(value, LONG).replace('−', ''));
  }
  assert.deepEqual([text(0.125, { decimals: 2, exponent: 0 }), text(-0.125, { decimals: 2, exponent: 0 })], ['0.13', '−0.13']);
});

test('the number that is explained is printed as the column of which it is the total; of few digits, what they leave over is said in its own', () => {
  const steps = [12.5, -12.4526].map((value, k) => ({ label: `channel ${k}`, value, total: value })), e = /** @type {any} */ ({ picture: 'weighted_sum', steps: [...steps, { label: 'rounding', value: 1e-9, total: 0 }], operands: [], value: 0.0474 });
  assert.equal(valueText(e), '0.047');
  assert.equal(column(steps.map(({ value }) => value), e.value, LONG).total, valueText(e));
  assert.equal(valueText({ ...e, picture: 'pointwise' }), '0.047400');
  assert.equal(remainder([12.5, -12.4526], styleOf(e, CELL), e.value, styleOf(e)), '+0.047'); // what is printed adds up to 0.0
  assert.equal(remainder([0.25, 0.5], { decimals: 2, exponent: 0 }, 0.75, { decimals: 4, exponent: 0 }), null);
});

test('a running sum adds up in print or it does not', () => {
  const style = { decimals: 2, exponent: 0 };
  assert.deepEqual([adds(1, 0.25, 1.25, style), adds(0.004, 0.004, 0.008, style)], [true, false]);
});

test('factors are whole where they can be, and probabilities have three decimals everywhere', () => {
  assert.deepEqual([1, 0, -2, 0.25, -1 / 3].map(factor), ['1', '0', '−2', '0.25', '−0.33']);
  assert.deepEqual([thousandths(0.9125), thousandths(-2), signedThousandths(0.5), signedThousandths(-1e-5), signedThousandths(NaN)], ['0.913', '−2.000', '+0.500', '0.000', 'NaN']);
});

test('a probability that is not 0 is never printed as 0 beside its logarithm', () => {
  assert.deepEqual([0.443, 0.0005, 2.3204e-5, 4.99e-4, 0, 1].map((p) => chance(p)), ['0.443', '0.001', '2.32×10⁻⁵', '4.99×10⁻⁴', '0.000', '1.000']);
  assert.deepEqual([chance(2.3204e-5, 1), chance(NaN), chance(-1e-5)], ['2×10⁻⁵', 'NaN', '0.000']);
});

test('a number that is exactly 0 is 0 wherever it stands alone, and in a column has the digits of the others', () => {
  const e = /** @type {any} */ ({ picture: 'pointwise', steps: [], operands: [], value: 0 });
  assert.deepEqual([valueText(e), single(0, LONG), single(-0, CELL), factor(0), about(0), column([0, 0], 0, LONG).total], ['0', '0', '0', '0', '0', '0']);
  assert.deepEqual(column([0, 0.5], 0.5, LONG).parts, ['0.0000', '+0.5000']);
});

test('what no digit repairs is said', () => {
  const third = 1 / 3;
  const { parts, total, rest } = column([third, third, third], 1, 5);
  assert.deepEqual([parts[0], total, rest], ['+0.3333', '1.0000', '+0.0001']);
});

test('of a thousand random columns every one adds up in print, rest included', () => {
  const next = random(7);
  for (let trial = 0; trial < 1000; trial++) {
    const scale = 10 ** Math.round(next() * 16 - 8);
    const values = Array.from({ length: 1 + Math.floor(next() * 40) }, () => (next() - 0.5) * scale);
    const total = Math.fround(values.reduce((sum, value) => sum + value, 0));
    const printed = column(values, total, [5, 7, 9][trial % 3]);
    const sum = printed.parts.reduce((all, part) => all + count(part), printed.rest === null ? 0n : count(printed.rest));
    assert.equal(sum, count(printed.total), `trial ${trial}: ${printed.parts} ${printed.rest} → ${printed.total}`);
  }
});

test('very small and very large columns are printed in units of a power of ten', () => {
  const small = column([1.5e-7, -5e-8], 1e-7, 5);
  assert.deepEqual([small.parts, small.total, unit(small.style)], [['+1.5000', '−0.5000'], '1.0000', ' × 10⁻⁷']);
  assert.equal(single(1234567, 5), '1.2346 × 10⁶');
  assert.equal(single(123456, 5), '123456');
});

test('zero has no sign, and minus is a minus', () => {
  const style = styleFor(1, 5);
  assert.deepEqual([0, -0, -0.00001, -1.5].map((value) => text(value, style, '+')), ['0.0000', '0.0000', '0.0000', '−1.5000']);
});

test('numbers that are none are printed as what they are, and nothing is said to be left over', () => {
  const { parts, total, rest } = column([NaN, Infinity, -Infinity, 1], NaN, 5);
  assert.deepEqual([parts, total, rest], [['NaN', '+∞', '−∞', '+1.0000'], 'NaN', null]);
});

test('the terms of a row are printed in the digits of the row', () => {
  assert.deepEqual(columnIn([0.12345, 0.1], 0.22345, { decimals: 3, exponent: 0 }), {
    parts: ['+0.123', '+0.100'], total: '0.223', rest: null, style: { decimals: 3, exponent: 0 },
  });
});

/** @param {number[]} values @param {boolean} [bias] */
function sum(values, bias = false) {
  let total = 0;
  const steps = values.map((value, k) => ({ label: `input ${k}`, value, total: (total += value) }));
  if (bias) steps.push({ label: 'bias', value: 1, total: (total += 1) });
  const operand = { name: 'x', source: 'x', shape: [values.length], values, cells: [], at: null };
  return { of: /** @type {'activation'} */ ('activation'), steps: [...steps, { label: 'rounding', value: 1e-9, total }], products: values, operands: [operand] };
}

test('a short sum shows every row, and float32’s own rounding is none of them', () => {
  const { shown, groups } = rows(sum([1, 2, 3], true), false);
  assert.deepEqual(shown.map(({ label, group }) => [label, group]), [['input 0', 0], ['input 1', 1], ['input 2', 2], ['bias', null]]);
  assert.equal(groups, 3);
});

test('a long sum keeps its largest rows and the bias, folds what lies between, and still adds up', () => {
  const values = Array.from({ length: 160 }, (_, k) => (k % 20 === 7 ? 5 + k : 0.01));
  const { shown } = rows(sum(values, true), false);
  assert.deepEqual(shown.slice(0, 3).map(({ label, folded }) => [label, folded]), [['input 0 … 6', true], ['input 7', false], ['input 8 … 26', true]]);
  assert.equal(shown[shown.length - 1].label, 'bias');
  assert.ok(shown.length < 26);
  const total = shown.reduce((all, row) => all + row.value, 0);
  assert.ok(Math.abs(total - shown[shown.length - 1].total) < 1e-9);
});

test('unfolded, a long sum shows all of its rows', () => {
  assert.equal(rows(sum(Array(160).fill(1)), true).shown.length, 160);
});

test('while a long sum is added, the rows beside the one at work are shown, and what is folded still adds up', () => {
  const { shown } = rows(sum(Array.from({ length: 160 }, (_, k) => k), true), true, 100);
  assert.deepEqual([shown[0].label, shown[1].label, shown[10].label, shown.at(-2)?.label, shown.at(-1)?.label], ['input 0 … 90', 'input 91', 'input 100', 'input 105 … 159', 'bias']);
  assert.equal(shown.reduce((all, row) => all + row.value, 0), shown.at(-1)?.total);
  assert.deepEqual([shown[0].last, shown.at(-1)?.last], [90, 160]);
  for (const near of [0, 1, 12, 155, 159, 160]) assert.equal(rows(sum(Array(160).fill(1), true), false, near).shown.reduce((all, row) => all + row.value, 0), 161, String(near));
});

test('a long sum of equal parts does not fold away anything', () => {
  assert.equal(rows(sum(Array(40).fill(0.5)), false).shown.length, 40);
});
