import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UsageError } from '../../../src/errors/usage-error.ts';
import { compileTemplate } from '../../../src/render/template.ts';

const data = {
  Id: 'f00d',
  Name: 'web',
  Pid: 42,
  Size: 1.5,
  Big: 9007199254740993n,
  Running: true,
  Paused: false,
  Pod: null,
  Created: new Date('2026-01-02T03:04:05.600Z'),
  Empty: '',
  None: [],
  Env: ['A=b', 'C=d', 'E=f'],
  State: { Status: 'running', ExitCode: 0 },
  Labels: { app: 'web', 'tier/x': 'front' },
  NoLabels: {},
  Mounts: [
    { Type: 'bind', Name: 'a' },
    { Type: 'volume', Name: 'b' },
  ],
  Ports: new Map([['80/tcp', [{ HostIp: '0.0.0.0', HostPort: '8080' }]]]),
  Label(name: string) {
    return (this.Labels as Record<string, string>)[name] ?? '';
  },
};

const tables: Readonly<Record<string, readonly [template: string, expected: string][]>> = {
  'fields and text': [
    ['', ''],
    ['plain', 'plain'],
    ['{{.Name}}', 'web'],
    ['{{ .Name }}-{{.Pid}}', 'web-42'],
    ['{{.State.Status}}', 'running'],
    ['{{.ID}} {{.Id}}', 'f00d f00d'],
    ['{{$.Name}}', 'web'],
    ['{{.Labels.app}}', 'web'],
    ['{{.Labels.none}}', '<no value>'],
    ['{{.NoLabels.none}}', '<no value>'],
    ['{{(index .Mounts 1).Type}}', 'volume'],
    ['{{.Label "app"}}', 'web'],
    ['{ {{.Name}} }', '{ web }'],
  ],
  'values look as in Go': [
    ['{{.Running}} {{.Paused}}', 'true false'],
    ['{{.Pod}}', '<nil>'],
    ['{{.Env}}', '[A=b C=d E=f]'],
    ['{{.None}}', '[]'],
    ['{{.State}}', '{running 0}'],
    ['{{.Labels}}', 'map[app:web tier/x:front]'],
    ['{{.NoLabels}}', 'map[]'],
    ['{{.Mounts}}', '[{bind a} {volume b}]'],
    ['{{.Ports}}', 'map[80/tcp:[{0.0.0.0 8080}]]'],
    ['{{.Size}} {{.Big}}', '1.5 9007199254740993'],
    ['{{.Created}}', '2026-01-02 03:04:05.6 +0000 UTC'],
  ],
  'white space and comments': [
    ['a {{- .Name -}} b', 'awebb'],
    ['a {{- .Name}} b', 'aweb b'],
    ['a\n{{- /* no */ -}}\nb', 'ab'],
    ['a{{/* }} no */}}b', 'ab'],
    ['{{-3}}', '-3'],
    ['{{- 3 -}} x', '3x'],
  ],
  constants: [
    ['{{"a\\tb\\"c"}}', 'a\tb"c'],
    ['{{`a\\tb`}}', 'a\\tb'],
    ['{{"\\u00e9\\x41\\101"}}', 'éAA'],
    ["{{'a'}}", '97'],
    ['{{0x10}} {{-1}} {{1.5}} {{1e3}}', '16 -1 1.5 1000'],
    ['{{true}} {{eq nil .Pod}}', 'true true'],
  ],
  conditions: [
    ['{{if .Running}}up{{end}}', 'up'],
    ['{{if .Paused}}p{{else}}n{{end}}', 'n'],
    ['{{if .Paused}}p{{else if .Running}}r{{else}}n{{end}}', 'r'],
    ['{{if .Empty}}y{{else}}n{{end}}{{if .None}}y{{else}}n{{end}}{{if .NoLabels}}y{{else}}n{{end}}', 'nnn'],
    ['{{if eq .Name "web" "db"}}y{{end}}', 'y'],
    ['{{if ne .Name "web"}}y{{else}}n{{end}}', 'n'],
    ['{{if and .Running (gt .Pid 40)}}y{{end}}', 'y'],
    ['{{if or .Paused (lt .Pid 40)}}y{{else}}n{{end}}', 'n'],
    ['{{if not .Paused}}y{{end}}', 'y'],
    ['{{and .Name .Empty .Nope}}', ''],
    ['{{or .Empty .Name .Nope}}', 'web'],
    ['{{le 1 1}} {{ge 1 2}} {{lt "a" "b"}}', 'true false true'],
    ['{{with .State}}{{.Status}}{{end}}', 'running'],
    ['{{with .Pod}}y{{else}}{{.Name}}{{end}}', 'web'],
    ['{{with $x := .Pid}}{{$x}}{{end}}', '42'],
    ['{{with .Pod}}a{{else with .Name}}{{.}}{{end}}', 'web'],
  ],
  loops: [
    ['{{range .Env}}<{{.}}>{{end}}', '<A=b><C=d><E=f>'],
    ['{{range $i, $v := .Env}}{{if $i}},{{end}}{{$i}}:{{$v}}{{end}}', '0:A=b,1:C=d,2:E=f'],
    ['{{range $v := .Env}}{{$v}} {{$.Name}};{{end}}', 'A=b web;C=d web;E=f web;'],
    ['{{range .None}}x{{else}}none{{end}}', 'none'],
    ['{{range $k, $v := .Labels}}{{$k}}={{$v}} {{end}}', 'app=web tier/x=front '],
    ['{{range .Mounts}}{{.Name}}{{if eq .Type "bind"}}{{continue}}{{end}}!{{end}}', 'ab!'],
    ['{{range .Env}}{{.}}{{break}}{{end}}', 'A=b'],
    ['{{range 3}}{{.}}{{end}}', '012'],
    ['{{$n := 0}}{{range .Env}}{{$n = len .}}{{end}}{{$n}}', '3'],
    ['{{range $p, $b := .Ports}}{{$p}}>{{range $b}}{{.HostPort}}{{end}}{{end}}', '80/tcp>8080'],
  ],
  functions: [
    ['{{len .Env}} {{len .Name}} {{len .Labels}} {{len "é"}}', '3 3 2 2'],
    ['{{index .Env 1}} {{index .Labels "tier/x"}} {{index .Labels "none"}}', 'C=d front '],
    ['{{index .Mounts 0}} {{(index .Ports "80/tcp")}}', '{bind a} [{0.0.0.0 8080}]'],
    ['{{index .Ports "80/tcp" 0}}', '{0.0.0.0 8080}'],
    ['{{slice .Id 0 2}} {{slice .Env 1}}', 'f0 [C=d E=f]'],
    ['{{print .Name .Pid}} {{print 1 2}}', 'web42 1 2'],
    ['{{println .Name .Pid}}', 'web 42\n'],
    [
      '{{printf "%s has %d (%5.1f%%) %v %q %t" .Name .Pid .Size .Env .Id .Running}}',
      'web has 42 (  1.5%) [A=b C=d E=f] "f00d" true',
    ],
    ['{{printf "%-5s|%5s|%05d|%x|%+d" .Name .Name .Pid 255 3}}', 'web  |  web|00042|ff|+3'],
    ['{{printf "%d" .Name}} {{printf "%s"}} {{printf "x" 1}}', '%!d(web) %!s(MISSING) x%!(EXTRA 1)'],
    ['{{join .Env ", "}}', 'A=b, C=d, E=f'],
    [
      '{{json .Labels}} {{json .Env}} {{json .Pod}}',
      '{"app":"web","tier/x":"front"} ["A=b","C=d","E=f"] null',
    ],
    ['{{json .Ports}}', '{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"}]}'],
    ['{{json "<a>&\u009b"}}', '"<a>&\\u009b"'],
    ['{{upper .Name}} {{lower "ABC"}} {{title "hello big world"}}', 'WEB abc Hello Big World'],
    ['{{split "a:b:c" ":"}}', '[a b c]'],
    ['[{{pad .Name 1 2}}] [{{pad "" 1 2}}]', '[ web  ] []'],
    ['{{truncate .Id 2}} {{truncate .Id 9}}', 'f0 f00d'],
    ['{{.Name | upper | printf "%s-%s" "x"}}', 'x-WEB'],
    ['{{len (split "a,b" ",")}}', '2'],
  ],
};

describe('compileTemplate', () => {
  for (const [proves, table] of Object.entries(tables)) {
    describe(proves, () => {
      for (const [template, expected] of table) {
        it(JSON.stringify(template), () => assert.equal(compileTemplate(template)(data), expected));
      }
    });
  }

  describe('what is wrong is refused', () => {
    const wrong = [
      '{{.Nmae}}',
      '{{.State.Nope}}',
      '{{.Name.First}}',
      '{{.Pod.Name}}',
      '{{.Env.First}}',
      '{{nope .Name}}',
      '{{.Name',
      '{{if .Name}}',
      '{{end}}',
      '{{else}}',
      '{{if .Name}}{{else}}{{else}}{{end}}',
      '{{range .Name}}{{end}}',
      '{{break}}',
      '{{if}}{{end}}',
      '{{}}',
      '{{$x}}',
      '{{$x = 1}}',
      '{{if true}}{{$y := 1}}{{end}}{{$y}}',
      '{{"abc}}',
      '{{/* x }}',
      '{{.Name ? 1}}',
      '{{(.Name}}',
      '{{.Name)}}',
      '{{1 2}}',
      '{{.Name "x"}}',
      '{{define "x"}}{{end}}',
      '{{index .Env 9}}',
      '{{index .State "Status"}}',
      '{{slice .Id 3 99}}',
      '{{eq .Name 1}}',
      '{{lt true false}}',
      '{{len 3}}',
      '{{join .Name ","}}',
      '{{.Env | join ", "}}',
      '{{pad "x" 1 1000000000}}',
    ];
    for (const template of wrong) {
      it(template, () =>
        assert.throws(
          () => compileTemplate(template)(data),
          (error) => error instanceof UsageError && error.code === 'BAD_TEMPLATE',
        ),
      );
    }
  });

  it('prints any text without actions as it is, and never fails but with its own error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (!text.includes('{{')) assert.equal(compileTemplate(text)(data), text);
      }),
    );
    const pieces = fc.constantFrom(
      '{{',
      '}}',
      ' ',
      '.',
      '.Name',
      'if',
      'end',
      '"',
      '$',
      ':=',
      '|',
      '-',
      'len',
      '(',
      ')',
      '1',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        try {
          compileTemplate(parts.join(''))(data);
        } catch (error) {
          assert.ok(error instanceof UsageError, String(error));
        }
      }),
    );
  });
});
