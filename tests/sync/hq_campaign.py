#!/usr/bin/env python3
"""tillcue-hq campaign runs the tillcue-models beside it: its words, its output, its exit code.

  hq_campaign.py [EMULATOR...] TILLCUE_HQ
"""
import os
import shutil
import subprocess
import sys
import tempfile

folder = tempfile.mkdtemp(prefix='tillcue-hq-')
program = os.path.join(folder, 'tillcue-hq')
shutil.copy(sys.argv[-1], program)
failures = []


def check(good, what):
    if not good:
        failures.append(what)


def ask(*words):
    return subprocess.run([*sys.argv[1:-1], program, *words], capture_output=True, text=True)


alone = ask('campaign', 'check', 'c.json')
check(alone.returncode == 3, f'without its sibling it ends with {alone.returncode}, not 3')
check('tillcue-models is not there' in alone.stderr and 'install' in alone.stderr, f'it says {alone.stderr!r}')

sibling = os.path.join(folder, 'tillcue-models')
with open(sibling, 'w', encoding='utf-8') as script:
    script.write('#!/bin/sh\nfor word in "$@"; do echo "[$word]"; done\nexit ${CODE:-0}\n')
os.chmod(sibling, 0o755)
words = ['check', 'a b.json', '--items', 'i.csv', '--json', '--basket', '1*2@3,4', '--help']
told = ask('campaign', *words)
check(told.returncode == 0, f'a good run ends with {told.returncode}')
check(told.stdout == ''.join(f'[{w}]\n' for w in ['campaign', *words]), f'the words arrive as {told.stdout!r}')
for code, expected in ((3, 3), (2, 2), (1, 4)):
    os.environ['CODE'] = str(code)
    got = ask('campaign', 'check').returncode
    check(got == expected, f'exit code {code} becomes {got}, not {expected}')
os.environ['CODE'] = '0'

with open(sibling, 'w', encoding='utf-8') as script:
    script.write('#!/bin/sh\nkill -9 $$\n')
killed = ask('campaign', 'schema')
check(killed.returncode == 4 and 'signal 9' in killed.stderr, f'a killed sibling: {killed.returncode} {killed.stderr!r}')

shutil.rmtree(folder)
for failure in failures:
    print('hq_campaign:', failure)
sys.exit(1 if failures else 0)
