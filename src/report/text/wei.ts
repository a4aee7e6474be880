/** Amounts of wei as people read them. */

const GWEI = 9;
const ETHER = 18;

/** In ETH, in Gwei or in wei, whichever needs the fewest digits: `1.234 ETH`, `56.78 Gwei`, `9 wei`. */
export function weiText(amount: bigint): string {
  const sign = amount < 0n ? '-' : '';
  const size = amount < 0n ? -amount : amount;
  if (size < 10n ** 5n) return `${sign}${size} wei`;
  const [digits, unit] = size < 10n ** 14n ? [GWEI, 'Gwei'] : [ETHER, 'ETH'];
  return `${sign}${decimal(size, digits)} ${unit}`;
}

/** Four digits from the first that is not zero on, or all before the point; the rest is cut. */
function decimal(amount: bigint, digits: number): string {
  const text = amount.toString().padStart(digits + 1, '0');
  const whole = text.slice(0, -digits);
  const rest = text.slice(-digits);
  const leading = whole === '0' ? rest.length - rest.replace(/^0+/, '').length : 0;
  const shown = rest.slice(0, Math.max(0, leading + 4 - (whole === '0' ? 0 : whole.length)));
  const tail = shown.replace(/0+$/, '');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return tail === '' ? grouped : `${grouped}.${tail}`;
}
