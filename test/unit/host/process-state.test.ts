import { strict as assert } from 'node:assert';
import { parseProcessState, readProcessState } from '../../../src/host/process-state.ts';

const status = 'Name:\tx\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nNSpid:\t4242\t7\nNSpgid:\t4242\t1\n';

/** A stat line with these values at the numbers that proc_pid_stat(5) gives the fields. */
function stat(name: string, values: Readonly<Record<number, number>> = {}): string {
  const fields = Array.from({ length: 50 }, (_, at) => values[at + 4] ?? 0);
  return `4242 (${name}) S ${fields.join(' ')}\n`;
}

describe('the state of a process', () => {
  it('is read by field numbers, whatever the name holds', () => {
    const found = parseProcessState({
      stat: stat('a) S (b', { 4: 41, 14: 150, 15: 50, 19: -5, 22: 90_000, 23: 8192, 24: 3 }),
      status,
      cmdline: 'sh\0-c\0\0',
      uptime: '1000.50 1.0\n',
    });
    assert.deepEqual(found, {
      hostPid: 4242,
      pid: 7,
      hostParent: 41,
      group: 1,
      uid: 2,
      gid: 6,
      realUid: 1,
      realGid: 5,
      name: 'a) S (b',
      args: ['sh', '-c', ''],
      state: 'S',
      nice: -5,
      virtualBytes: 8192,
      residentBytes: 12_288,
      cpuTime: 2000,
      elapsed: 100_500,
    });
  });

  for (const [device, terminal] of [
    [0, undefined],
    [(136 << 8) | 5, 'pts/5'],
    [(137 << 8) | 1, 'pts/257'],
    [(4 << 8) | 1, '4:1'],
  ] as const) {
    it(`has the terminal ${terminal} for device ${device}`, () => {
      const found = parseProcessState({ stat: stat('x', { 7: device }), status, cmdline: '', uptime: '1' });
      assert.equal(found.terminal, terminal);
      assert.deepEqual(found.args, []);
    });
  }

  it('is that of a living process, and of no other', () => {
    const own = readProcessState(process.pid);
    assert.equal(own?.hostPid, process.pid);
    assert.equal(own?.realUid, process.getuid?.());
    assert.ok((own?.elapsed ?? 0) > 0);
    assert.equal(readProcessState(2 ** 22 + 1), undefined);
  });
});
