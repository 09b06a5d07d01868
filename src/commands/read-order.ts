import { UsageError } from '../errors/usage-error.ts';

/** The order that `--sort` names. Throws UsageError BAD_FLAG_VALUE, which lists those that there are. */
export function readOrder<T>(text: string, orders: Readonly<Record<string, T>>): T {
  const order = Object.hasOwn(orders, text) ? orders[text] : undefined;
  if (order !== undefined) return order;
  throw new UsageError({
    code: 'BAD_FLAG_VALUE',
    message: `${JSON.stringify(text)} is not an order`,
    hint: `orders are ${Object.keys(orders).join(', ')}`,
  });
}
