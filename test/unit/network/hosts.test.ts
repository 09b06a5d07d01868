import assert from 'node:assert/strict';
import { hostsFile } from '../../../src/network/hosts.ts';

function entries(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/));
}

describe('network/hosts', () => {
  it('has the loopback names, then the pod with its full name first', () => {
    const text = hostsFile({
      addresses: ['10.86.0.5', 'fd00::5'],
      hostname: 'bar',
      fqdn: 'bar.sub.default.svc.cluster.local',
      aliases: [],
    });
    assert.deepEqual(entries(text), [
      ['127.0.0.1', 'localhost'],
      ['::1', 'localhost', 'ip6-localhost', 'ip6-loopback'],
      ['fe00::0', 'ip6-localnet'],
      ['fe00::0', 'ip6-mcastprefix'],
      ['fe00::1', 'ip6-allnodes'],
      ['fe00::2', 'ip6-allrouters'],
      ['10.86.0.5', 'bar.sub.default.svc.cluster.local', 'bar'],
      ['fd00::5', 'bar.sub.default.svc.cluster.local', 'bar'],
    ]);
    assert.equal(text.endsWith('\n'), true);
  });

  it('names a pod once whose hostname is its full name', () => {
    const text = hostsFile({ addresses: ['10.86.0.5'], hostname: 'a.b', fqdn: 'a.b', aliases: [] });
    assert.deepEqual(entries(text).at(-1), ['10.86.0.5', 'a.b']);
  });

  it('adds host aliases last, each with all its names', () => {
    const text = hostsFile({
      addresses: ['10.86.0.5'],
      hostname: 'web',
      aliases: [{ ip: '192.0.2.1', hostnames: ['a.test', 'b.test'] }, { ip: '192.0.2.2' }],
    });
    assert.deepEqual(entries(text).slice(-2), [['192.0.2.1', 'a.test', 'b.test'], ['192.0.2.2']]);
  });

  it("shows a pod on the host's network the host's own file with its aliases", () => {
    const hostFile = '127.0.0.1 localhost machine\n10.1.1.1 nas # at home\n\n';
    const text = hostsFile({
      addresses: [],
      hostname: 'machine',
      aliases: [{ ip: '192.0.2.1', hostnames: ['a.test'] }],
      hostFile,
    });
    assert.deepEqual(entries(text), [
      ['127.0.0.1', 'localhost', 'machine'],
      ['10.1.1.1', 'nas', '#', 'at', 'home'],
      ['192.0.2.1', 'a.test'],
    ]);
  });
});
