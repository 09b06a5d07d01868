import { strict as assert } from 'node:assert';
import { type ProcessItem, processColumns, renderProcesses } from '../../../src/render/processes.ts';

const item: ProcessItem = {
  hostPid: 4242,
  pid: 7,
  hostParent: 41,
  parent: 1,
  group: 1,
  uid: 2,
  gid: 6,
  realUid: 1,
  realGid: 5,
  user: 'daemon',
  realUser: 'bin',
  name: 'sleep',
  args: ['sleep', '1'],
  state: 'S',
  nice: 0,
  virtualBytes: 8192,
  residentBytes: 2048,
  cpuTime: 500,
  elapsed: 60_000,
};

describe('a table of processes', () => {
  const cases: readonly (readonly [columns: readonly string[], text: string])[] = [
    [
      [],
      'USER    PID  PPID  %CPU   ELAPSED  TTY  TIME   COMMAND\ndaemon  7    1     0.833  1m0s     ?    500ms  sleep 1\n',
    ],
    [['pid', 'comm'], 'PID  COMMAND\n7    sleep\n'],
    [['hpid,user', 'ruser'], 'HPID  USER    RUSER\n4242  daemon  bin\n'],
  ];
  for (const [columns, text] of cases) {
    it(`has the columns ${columns.join(' ') || 'that are usual'}`, () =>
      assert.equal(renderProcesses([item], columns), text));
  }

  it('has every column that help names', () => {
    for (const name of processColumns) assert.match(renderProcesses([item], [name]), /^\S+\n\S.*\n$/);
  });

  it('shows a zombie by its name', () => {
    assert.equal(renderProcesses([{ ...item, args: [] }], ['args']), 'COMMAND\n[sleep]\n');
  });

  it('refuses a column that there is not', () => {
    for (const name of ['-ef', 'constructor', 'nothing']) {
      assert.throws(() => renderProcesses([item], [name]), { name: 'UsageError', code: 'BAD_ARGUMENT' });
    }
  });
});
