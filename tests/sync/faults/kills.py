#!/usr/bin/env python3
"""kill -9 of the real programs at random moments, with a real mosquitto between them, while tills go on selling.

  TILLCUE_BIN=build/dev/bin tests/sync/faults/kills.py [KILLS [TILLS [SEED]]]     defaults: 150 2 1

Each round kills tillcued of a till, tillcue-hq serve or mosquitto (which keeps its memory in a file in every other
run of its own) and starts it again. At each kill of a tillcued its outbox is read as the kill left it. At the end:
every result that was ever seen in an outbox is at head office under its number with that content, once; numbers have
no gaps, none came with two contents; every sale is there that a tillcued outlived, answering its till, by two seconds, and
every one that was finished before one that is there; none is there twice.
Releases go out all the while, from two bundles in turn; the last one runs on every till at the end, whatever the broker
has forgotten.
"""
import collections
import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', '..', 'journeys'))
from programs import BIN, Process, Till, free_port, listens, run, wait_until  # noqa: E402  (the path comes first)

SKUS = [f'{n:06}' for n in range(1, 9)]
# A tillcued that answers its till has written every result that is this old, however slow the machine: the group of results
# is written each second, by the thread that answers.
GROUP = 2.0
# A release for so many kills.
RELEASE = 20


class Lane:
    """One till: its tillcued, and a thread that sells without end, over every kill."""

    def __init__(self, world, number):
        self.world, self.name, self.pos, self.screen = world, f'till-{number}', free_port(), free_port()
        self.data = os.path.join(world.folder, self.name)
        self.seen = {}
        self.life = []  # of this tillcued: the sales it finished, each with when it was begun and finished
        self.lives = [self.life]
        self.reused = self.starts = 0
        self.left = False  # the last release, for good
        self.last = 0
        self.process = None
        self.thread = threading.Thread(target=self.sell, daemon=True)

    def start(self):
        config = {'terminal': self.name, 'data_dir': self.data,
                  'store': {'id': 's1', 'name': 'Shop', 'chain': 'demo', 'currency': 'EUR'},
                  'pos': {'listen': f'127.0.0.1:{self.pos}'}, 'screen': {'listen': f'127.0.0.1:{self.screen}'},
                  'sync': {'broker': f'mqtt://127.0.0.1:{self.world.mqtt}', 'trusted_keys': ['keys/hq.pub.pem']}}
        file = os.path.join(self.world.folder, self.name + '.json')
        with open(file, 'w', encoding='utf-8') as out:
            json.dump(config, out)
        self.process = self.world.start(self.name, [os.path.join(BIN, 'tillcued'), '--config', file])
        self.starts += 1

    def sell(self):
        number = 0
        while not self.world.over:
            try:
                till = Till(self.pos)
                with contextlib.closing(till):
                    till.ok('hello', protocol=1, till='lane', software='kills')
                    while not self.world.over:
                        number += 1
                        sale = f'{self.name}-{number}'
                        life, begun = self.life, time.monotonic()
                        till.ring_up(sale, random.sample(SKUS, 3))
                        life.append((sale, begun, time.monotonic()))
                        time.sleep(0.01)
            except (OSError, ValueError, AssertionError):
                time.sleep(0.02)

    def kill(self):
        self.process.end(signal.SIGKILL)
        self.life = []
        self.lives.append(self.life)
        self.look()
        self.start()

    def owed(self):
        """What no kill may have taken."""
        for life in self.lives[:-1]:
            answered = life[-1][1] if life else 0
            yield from (sale for sale, _, finished in life if finished < answered - GROUP)
        yield from (sale for sale, _, _ in self.life)

    def lost(self, sales):
        """Of what is owed, and of what was finished before a sale that is there."""
        gone = {sale for sale in self.owed() if sale not in sales}
        for life in self.lives:
            there = [sale in sales for sale, _, _ in life]
            last = max((n for n, known in enumerate(there) if known), default=0)
            gone |= {life[n][0] for n in range(last) if not there[n]}
        return len(gone)

    def longest_unwritten(self, sales):
        """Seconds that a tillcued went on answering after the oldest sale that went with it."""
        ages = [life[-1][1] - finished for life in self.lives[:-1] for sale, _, finished in life if sale not in sales]
        return max([0.0, *ages])

    def look(self):
        """The outbox as the kill left it."""
        file = os.path.join(self.data, 'outbox.sqlite')
        if not os.path.exists(file):
            return
        with tempfile.TemporaryDirectory(dir=self.world.folder) as copy:
            for part in ('', '-wal'):
                if os.path.exists(file + part):
                    shutil.copy(file + part, os.path.join(copy, 'o' + part))
            with contextlib.closing(sqlite3.connect(os.path.join(copy, 'o'))) as db:
                origin = db.execute('SELECT epoch, last FROM origin').fetchone() if db.execute(
                    "SELECT 1 FROM sqlite_master WHERE name='origin'").fetchone() else None
                if origin is None:
                    return
                epoch, last = origin
                assert last >= self.last, f'{self.name}: numbers went back from {self.last} to {last}'
                self.last = last
                for seq, event in db.execute('SELECT seq, event FROM outbox'):
                    if self.seen.setdefault((epoch, seq), event) != event:
                        self.reused += 1


class World:
    def __init__(self, tills, seed):
        self.folder = tempfile.mkdtemp(prefix='tillcue-kills-')
        self.seed = seed
        self.random = random.Random(seed)
        self.over = False
        self.mqtt = free_port()
        self.db = os.path.join(self.folder, 'hq.sqlite')
        self.release = 0
        self.killed = collections.Counter()
        run('tillcue-hq', 'keys', 'init', '--dir', os.path.join(self.folder, 'keys'))
        self.lanes = [Lane(self, n) for n in range(tills)]

    def start_broker(self, kept):
        memory = f'persistence true\npersistence_location {self.folder}/\nautosave_interval 1\n'
        conf = os.path.join(self.folder, 'mosquitto.conf')
        with open(conf, 'w', encoding='utf-8') as out:
            out.write(f'listener {self.mqtt} 127.0.0.1\nallow_anonymous true\n')
            out.write(('user root\n' if os.geteuid() == 0 else '') + (memory if kept else 'persistence false\n'))
        program = shutil.which('mosquitto') or '/usr/sbin/mosquitto'
        self.broker = Process(self.folder, 'broker', [program, '-c', conf])
        wait_until('mosquitto', lambda: listens(self.mqtt))

    def start(self, name, command):
        return Process(self.folder, name, command)

    def start_hq(self):
        self.hq = self.start('hq', [
            os.path.join(BIN, 'tillcue-hq'), 'serve', '--broker', f'mqtt://127.0.0.1:{self.mqtt}', '--chain', 'demo',
            '--db', self.db, '--key', os.path.join(self.folder, 'keys', 'hq.key.pem'), '--bundles',
            os.path.join(self.folder, 'shelf')])

    def make_bundles(self):
        run('sync_fleet', 'bundles', self.folder, 0.5)

    def publish(self):
        """Up to three attempts: the broker may have lost what the last one put there."""
        bundle = os.path.join(self.folder, ('first', 'second')[self.release % 2] + '.bundle')
        for _ in range(3):
            done = run('tillcue-hq', 'publish', '--bundle', bundle, '--key', os.path.join(self.folder, 'keys', 'hq.key.pem'),
                       '--broker', f'mqtt://127.0.0.1:{self.mqtt}', '--chain', 'demo', '--db', self.db, '--bundles',
                       os.path.join(self.folder, 'shelf'), check=False)
            if done.returncode == 0:
                self.release = int(done.stdout.split('published release ')[1].split(':')[0])
                return
        raise AssertionError(done.stderr)

    def runs_the_last(self, lane):
        """Or the one before it: killed four times in a release's first minute, a till leaves it for good."""
        with contextlib.closing(sqlite3.connect(f'file:{lane.data}/bundles/store.sqlite?mode=ro', uri=True)) as db:
            active, bundle, refused = db.execute('SELECT active_release, active_bundle, refused FROM pointer').fetchone()
        lane.left = refused == self.release and active != self.release
        whole = os.path.exists(os.path.join(lane.data, 'bundles', bundle + '.bundle'))
        return active == self.release or (lane.left and whole)

    def begin(self):
        self.make_bundles()
        self.start_broker(False)
        self.start_hq()
        wait_until('head office', lambda: os.path.exists(self.db))
        for lane in self.lanes:
            lane.start()
        for lane in self.lanes:
            wait_until(lane.name, lambda port=lane.pos: listens(port))
            lane.thread.start()

    def kill_one(self):
        time.sleep(self.random.uniform(0.02, 0.25))
        dice = self.random.random()
        if dice < 0.60:
            self.random.choice(self.lanes).kill()
            self.killed['tillcued'] += 1
        elif dice < 0.90:
            self.hq.end(signal.SIGKILL)
            self.start_hq()
            self.killed['tillcue-hq serve'] += 1
        else:
            kept = self.random.random() < 0.5
            self.broker.end(signal.SIGKILL)
            self.start_broker(kept)
            self.killed['mosquitto, persistence ' + ('on' if kept else 'off')] += 1

    def stored(self):
        with contextlib.closing(sqlite3.connect(f'file:{self.db}?mode=ro', uri=True)) as db:
            rows = db.execute('SELECT s.terminal, s.epoch, i.seq, i.body FROM inbox i JOIN streams s ON s.id = i.stream')
            return {(name, epoch, seq): body for name, epoch, seq, body in rows}

    def end(self):
        """The trouble is over: tills commit, everything is delivered; then everybody ends in order."""
        self.over = True
        for lane in self.lanes:
            lane.thread.join(timeout=20)
        time.sleep(GROUP)
        # The broker may be without anything now; head office tells it, and gives what tills ask for.
        for lane in self.lanes:
            wait_until(f'{lane.name} to run release {self.release}', lambda till=lane: self.runs_the_last(till), 120)
        for lane in self.lanes:
            file = os.path.join(lane.data, 'outbox.sqlite')
            count = lambda name=file: sqlite3.connect(f'file:{name}?mode=ro', uri=True).execute(
                'SELECT count(*) FROM outbox').fetchone()[0] == 0
            wait_until(f'{lane.name} to deliver', count, 120)
        for lane in self.lanes:
            assert lane.process.end() == 0, lane.process.output()[-2000:]
        assert self.hq.end() == 0, self.hq.output()[-2000:]
        self.broker.end()

    def verdict(self, what):
        stored = self.stored()
        with contextlib.closing(sqlite3.connect(self.db)) as db:
            alarms = db.execute('SELECT count(*) FROM alarms').fetchone()[0]
            twice = db.execute('SELECT count(*) FROM (SELECT sale FROM sales GROUP BY stream, sale HAVING count(*) > 1)'
                               ).fetchone()[0]
            sales = {row[0] for row in db.execute('SELECT sale FROM sales')}
            sound = db.execute('PRAGMA integrity_check').fetchone()[0]
        missing = changed = gaps = 0
        for lane in self.lanes:
            for (epoch, seq), event in lane.seen.items():
                body = stored.get((lane.name, epoch, seq))
                missing += body is None
                changed += body is not None and body != event
            numbers = sorted(seq for name, _, seq in stored if name == lane.name)
            gaps += numbers != list(range(1, len(numbers) + 1))
        reused = sum(lane.reused for lane in self.lanes)
        seen = sum(len(lane.seen) for lane in self.lanes)
        print(f'{sum(self.killed.values())} {what}: ' + ', '.join(f'{n} {w}' for w, n in sorted(self.killed.items())))
        lost = sum(lane.lost(sales) for lane in self.lanes)
        print(f'{len(sales)} sales ({sum(len(list(lane.owed())) for lane in self.lanes)} promised), {len(stored)} results at head office, '
              f'{seen} of them seen in an outbox at a kill')
        left = sum(lane.left for lane in self.lanes)
        print(f'release {self.release} runs on {len(self.lanes) - left} tills'
              + (f'; {left} left it, killed four times in its first minute' if left else ''))
        slowest = max(finished - begun for lane in self.lanes for life in lane.lives for _, begun, finished in life)
        print(f'{missing} results and {lost} sales lost, {twice + changed} doubled or changed, {reused} numbers reused, {gaps} gaps, '
              f'{alarms} alarms; a kill took sales up to {max(lane.longest_unwritten(sales) for lane in self.lanes):.2f} s old, '
              f'the slowest sale took {slowest:.2f} s')
        assert sound == 'ok', sound
        return 0 if missing + lost + twice + changed + reused + gaps + alarms == 0 and stored else 1

    def close(self):
        self.over = True
        for process in [lane.process for lane in self.lanes] + [self.hq, self.broker]:
            if process:
                process.end_anyhow()
        shutil.rmtree(self.folder, ignore_errors=True)


def play(world, story, what='kill -9'):
    """The story from the first sale to the verdict, which is the program's exit code."""
    begun = time.monotonic()
    try:
        world.begin()
        story(world)
        world.end()
        code = world.verdict(what)
        print(f'{time.monotonic() - begun:.0f} s, seed {world.seed}')
        return code
    finally:
        world.close()


def main(kills=150, tills=2, seed=1):
    def story(world):
        for number in range(kills):
            if number % RELEASE == RELEASE // 2:
                world.publish()
            world.kill_one()
    return play(World(tills, seed), story)


if __name__ == '__main__':
    sys.exit(main(*map(int, sys.argv[1:])))
