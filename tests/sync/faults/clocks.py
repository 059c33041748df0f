#!/usr/bin/env python3
"""Clocks that jump ten years, back and on, under the real programs while tills sell (libfaketime; the steady clock stays).

  TILLCUE_BIN=build/dev/bin tests/sync/faults/clocks.py [JUMPS [SEED]]     defaults: 12 1

Each jump is of one till, or of head office. A release that goes out while a till's clock is ten years on is refused
there as expired, in words, and the till runs on with what it has; when its clock is right again it takes the release.
At the end everything that kills.py asks for holds: nothing lost, nothing double, no number twice.
"""
import contextlib
import glob
import os
import sqlite3
import sys
import time

from kills import World, play
from programs import Process, wait_until

YEARS = {'right': '+0', 'ten years on': '+10y', 'ten years back': '-10y'}


def library():
    found = glob.glob('/usr/lib/*/faketime/libfaketimeMT.so.1')
    if not found:
        raise SystemExit('clocks.py: libfaketime is missing: toolchains/bootstrap test')
    return found[0]


class Clock:
    """What a program believes the time to be; it looks again each time it asks."""

    def __init__(self, folder, name):
        self.file = os.path.join(folder, name + '.time')
        self.set('right')

    def set(self, what):
        with open(self.file + '.new', 'w', encoding='ascii') as out:
            out.write(YEARS[what] + '\n')
        os.replace(self.file + '.new', self.file)

    def environment(self):
        return {**os.environ, 'LD_PRELOAD': library(), 'FAKETIME_TIMESTAMP_FILE': self.file, 'FAKETIME_NO_CACHE': '1',
                'FAKETIME_DONT_FAKE_MONOTONIC': '1',
                'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '') + ':verify_asan_link_order=0'}


class Jumping(World):
    """kills.py's world, each program with a clock of its own."""

    def __init__(self, tills, seed):
        super().__init__(tills, seed)
        self.clocks = {name: Clock(self.folder, name) for name in ['hq'] + [lane.name for lane in self.lanes]}

    def start(self, name, command):
        return Process(self.folder, name, command, env=self.clocks[name].environment())

    def jump(self):
        name = self.random.choice(list(self.clocks))
        what = self.random.choice(list(YEARS))
        self.clocks[name].set(what)
        self.killed[f'{"head office" if name == "hq" else "a till"} {what}'] += 1
        time.sleep(self.random.uniform(0.2, 0.8))

    def last_error(self, lane):
        with contextlib.closing(sqlite3.connect(f'file:{self.db}?mode=ro', uri=True)) as db:
            return db.execute('SELECT last_error FROM terminals WHERE terminal = ?', (lane.name,)).fetchone()[0]

    def a_release_in_the_wrong_decade(self):
        """The first till is ten years on, the second ten years back: the one waits, the other takes it."""
        ahead, behind = self.lanes[:2]
        for clock in self.clocks.values():
            clock.set('right')
        before = self.release
        self.clocks[ahead.name].set('ten years on')
        self.clocks[behind.name].set('ten years back')
        self.publish()
        wait_until('the till behind to take it', lambda: self.runs_the_last(behind))
        wait_until('the till ahead to say why not', lambda: 'has expired: publish it again, or set the clock' in self.last_error(ahead))
        assert not self.runs_the_last(ahead), 'a till took an expired release'
        self.clocks[ahead.name].set('right')
        self.publish()  # the retained manifest would come again within minutes; a new one comes at once
        wait_until('it, with the right clock', lambda: self.runs_the_last(ahead))
        print(f'release {before + 1}: refused as expired ten years on, taken ten years back; release {self.release}: taken by all')


def main(jumps=12, seed=1):
    def story(world):
        world.publish()
        for lane in world.lanes:
            wait_until('the first release', lambda till=lane: world.runs_the_last(till))
        for _ in range(jumps):
            world.jump()
        world.a_release_in_the_wrong_decade()
        for _ in range(jumps):
            world.jump()
        for clock in world.clocks.values():
            clock.set('right')
    return play(Jumping(2, seed), story, 'jumps')


if __name__ == '__main__':
    sys.exit(main(*map(int, sys.argv[1:])))
