import assert from 'node:assert/strict';
import { UsageError } from '../../../src/errors/usage-error.ts';
import { imageChanges } from '../../../src/images/image-changes.ts';

describe('imageChanges', () => {
  const cases: readonly [string[], object][] = [
    [[], {}],
    [['CMD ["sh", "-c", "x y"]'], { Cmd: ['sh', '-c', 'x y'] }],
    [['CMD echo $HOME'], { Cmd: ['/bin/sh', '-c', 'echo $HOME'] }],
    [['cmd=["a"]'], { Cmd: ['a'] }],
    [['CMD []'], { Cmd: [] }],
    [['CMD ["a"]', 'CMD ["b"]'], { Cmd: ['b'] }],
    [['ENTRYPOINT ["/init"]'], { Entrypoint: ['/init'] }],
    [['ENV A=1'], { Env: ['A=1'] }],
    [['ENV=A=1'], { Env: ['A=1'] }],
    [['ENV A=1 B="two words" C=a\\ b'], { Env: ['A=1', 'B=two words', 'C=a b'] }],
    [['ENV A the whole rest'], { Env: ['A=the whole rest'] }],
    [['ENV A=1', 'ENV A=2'], { Env: ['A=2'] }],
    [['ENV A='], { Env: ['A='] }],
    [['EXPOSE 80'], { ExposedPorts: { '80/tcp': {} } }],
    [['EXPOSE 80 53/UDP'], { ExposedPorts: { '53/udp': {}, '80/tcp': {} } }],
    [['EXPOSE 1-3/sctp'], { ExposedPorts: { '1/sctp': {}, '2/sctp': {}, '3/sctp': {} } }],
    [['LABEL a=b c="d e"', "LABEL f='g h'"], { Labels: { a: 'b', c: 'd e', f: 'g h' } }],
    [['LABEL a "quoted rest"'], { Labels: { a: '"quoted rest"' } }],
    [['STOPSIGNAL SIGINT'], { StopSignal: 'SIGINT' }],
    [['USER app:app'], { User: 'app:app' }],
    [['VOLUME /a /b'], { Volumes: { '/a': {}, '/b': {} } }],
    [['VOLUME ["/a b"]'], { Volumes: { '/a b': {} } }],
    [['WORKDIR /srv'], { WorkingDir: '/srv' }],
    [['WORKDIR /srv', 'WORKDIR app'], { WorkingDir: '/srv/app' }],
    [['WORKDIR app'], { WorkingDir: '/app' }],
  ];
  for (const [changes, expected] of cases) {
    it(changes.join(', ') || 'nothing', () => assert.deepEqual(imageChanges(changes), expected));
  }

  it('orders members as Go does, since their bytes decide the id', () => {
    const changes = ['LABEL b=1 a=2', 'CMD ["x"]', 'ENV A=1', 'USER 1'];
    assert.equal(
      JSON.stringify(imageChanges(changes)),
      '{"User":"1","Env":["A=1"],"Cmd":["x"],"Labels":{"a":"2","b":"1"}}',
    );
  });

  const wrong = [
    '',
    'CMD',
    'RUN true',
    'FROM x',
    'ONBUILD CMD x',
    'CMD ["a"',
    'CMD [1]',
    'ENV A',
    'ENV A=1 B',
    'ENV A="1',
    'LABEL =x',
    'EXPOSE http',
    'EXPOSE 0',
    'EXPOSE 65536',
    'EXPOSE 3-1',
    'EXPOSE 80/icmp',
  ];
  for (const change of wrong) {
    it(`refuses ${JSON.stringify(change)}`, () => {
      assert.throws(
        () => imageChanges([change]),
        (error) => error instanceof UsageError && error.code === 'BAD_FLAG_VALUE',
      );
    });
  }
});
