import { nearest } from '../../values/nearest.ts';
import { formatQuantity } from '../../values/quantity.ts';
import type { ResourceRequirements } from '../wire.ts';
import { checkQuantity, quantityOf } from './quantity.ts';
import type { Subject } from './subject.ts';

const names = ['cpu', 'memory', 'ephemeral-storage', 'storage'];

/** Checks requests and limits: names, amounts, and that no request exceeds its limit. */
export function checkResources(resources: Subject<ResourceRequirements | undefined>): void {
  for (const part of [resources.at('requests'), resources.at('limits')]) {
    for (const { key, value } of part.entries()) checkAmount(key, value);
  }
  const limits = resources.value?.limits ?? {};
  for (const { key, value } of resources.at('requests').entries()) {
    const limit = Object.hasOwn(limits, key) ? quantityOf(limits[key] ?? '') : undefined;
    const request = quantityOf(value.value);
    if (limit === undefined || request === undefined || request.nano <= limit.nano) continue;
    const message = `the request of ${value.value} ${key} exceeds the limit of ${limits[key]}`;
    value.error('CONFLICT', message, 'raise the limit or lower the request');
  }
}

function checkAmount(name: string, amount: Subject<string>): void {
  if (!name.includes('/') && !names.includes(name) && !name.startsWith('hugepages-')) {
    const near = nearest(name, names);
    amount.keyError(
      'BAD_VALUE',
      `there is no resource ${JSON.stringify(name)}`,
      near === undefined
        ? 'resources are cpu, memory, ephemeral-storage and vendor/name'
        : `did you mean ${near}?`,
    );
  }
  const quantity = checkQuantity(amount);
  if (quantity === undefined || name === 'cpu' || quantity.nano % 1_000_000_000n === 0n) return;
  const [, digits] = /^([0-9]+)m$/.exec(amount.value) ?? [];
  const bytes = Number(quantity.nano) / 1e9;
  const hint = digits === undefined ? 'use whole bytes' : `did you mean ${digits}Mi or ${digits}M?`;
  amount.warning(
    'SUSPICIOUS',
    `${amount.value} of ${name} is ${bytes} byte (${formatQuantity(quantity)})`,
    hint,
  );
}
