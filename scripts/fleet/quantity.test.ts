import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, bytesText, coresText, milliCpuOf } from './quantity.ts';

const binary = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 } as const;
const decimal = { k: 1e3, M: 1e6, G: 1e9, T: 1e12 } as const;

describe('quantities', () => {
  it.each([
    ['250m', 250],
    ['1', 1000],
    [2, 2000],
    ['0.5', 500],
    ['.1', 100],
    ['1.', 1000],
    ['1500u', 2],
    ['1n', 1],
    ['2k', 2_000_000],
    ['1e-1', 100],
    ['-1', -1000],
  ])('CPU %s is %d thousandths', (text, milli) => {
    expect(milliCpuOf(text)).toBe(milli);
  });

  it.each([
    ['16Gi', 17_179_869_184],
    ['1.5Gi', 1_610_612_736],
    ['128974848', 128_974_848],
    ['129e6', 129_000_000],
    ['129M', 129_000_000],
    ['1E', 1e18],
    ['1E3', 1000],
    ['0.1Mi', 104_858],
    ['100m', 1],
  ])('%s is %d bytes', (text, bytes) => {
    expect(bytesOf(text)).toBe(bytes);
  });

  it.each(['', 'Gi', '1 Gi', '1gi', '1.2.3', '1ki', '0x10', '1e', 'NaN', '1Gib'])('%j is none', (text) => {
    expect(() => bytesOf(text)).toThrow(RangeError);
  });

  it('has the suffix as a factor', () => {
    const factors = Object.entries({ ...binary, ...decimal });
    fc.assert(
      fc.property(fc.nat(4000), fc.constantFrom(...factors), (count, [suffix, factor]) => {
        expect(bytesOf(`${count}${suffix}`)).toBe(count * factor);
      }),
    );
  });

  it('reads thousandths and decimals alike', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (milli) => {
        expect(milliCpuOf(`${milli}m`)).toBe(milli);
        expect(milliCpuOf((milli / 1000).toFixed(3))).toBe(milli);
        expect(milliCpuOf(`${milli}e-3`)).toBe(milli);
      }),
    );
  });

  it('never rounds down, and by less than one', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(999), (whole, thousandths) => {
        const bytes = bytesOf(`${whole}.${String(thousandths).padStart(3, '0')}`);
        expect(bytes).toBe(thousandths === 0 ? whole : whole + 1);
      }),
    );
  });

  it('is shown in the unit a person would use', () => {
    expect(bytesText(bytesOf('1728Gi'))).toBe('1,728 GiB');
    expect(bytesText(bytesOf('512Mi'))).toBe('512 MiB');
    expect(bytesText(bytesOf('100Ti'))).toBe('100 TiB');
    expect(bytesText(-bytesOf('1.5Gi'))).toBe('-1.5 GiB');
    expect(coresText(1_200_000)).toBe('1,200');
    expect(coresText(250)).toBe('0.25');
  });
});
