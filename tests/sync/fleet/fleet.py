#!/usr/bin/env python3
"""A fleet of tills in one process against a real mosquitto and the real tillcue-hq, on loopback.

  TILLCUE_BIN=build/dev/bin tests/sync/fleet/fleet.py                       short: 50 tills, 1 MiB, 20,000 results
  ... fleet.py --tills 1000 --mib 10 --results 1000000 --phases full delta results [--cuts 2] [--folder DIR]

Phases, each in a world of its own:
  full     a release goes out in stages, canary, 1 %, 10 %, 50 %, all, as the bundle's own pieces
  delta    the same as a delta against the bundle that runs
  results  all tills sell; head office has each result once, under its number, or the phase fails
--cuts N breaks a connection for each 100/N messages that tills hear, in every phase.
Tills are whole terminals (outbox and bundle store in SQLite on disk, agent, Paho connection), but for what a sale does.
The disk must hold TILLS x (MIB + 1 MiB).
"""
import argparse
import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', '..', 'journeys'))
from programs import BIN, Process, free_port, listens, run, wait_until  # noqa: E402  (the path comes first)

TICKS = os.sysconf('SC_CLK_TCK')
# The limits of the broker that `tillcue-hq broker-config` writes, without its TLS.
BROKER = '''listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_packet_size 131072
message_size_limit 131072
max_inflight_messages 16
max_queued_messages 1000
set_tcp_nodelay true
sys_interval 1
'''


class Watched:
    """Memory and processor time of a process by the kernel's account."""

    def __init__(self, name, pid):
        self.name, self.pid = name, pid
        self.begun = self.cpu()

    def cpu(self):
        with open(f'/proc/{self.pid}/stat', encoding='ascii') as stat:
            fields = stat.read().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def peak(self):
        with open(f'/proc/{self.pid}/status', encoding='ascii') as status:
            return next(int(line.split()[1]) for line in status if line.startswith('VmHWM')) / 1024

    def descriptors(self):
        return len(os.listdir(f'/proc/{self.pid}/fd'))

    def told(self):
        return f'{self.name} {self.peak():.0f} MiB, {self.cpu() - self.begun:.1f} CPU s'


class Tills:
    def __init__(self, world, count):
        arguments = [os.path.join(BIN, 'sync_fleet'), 'tills', str(world.mqtt), world.path('keys', 'hq.pub.pem'),
                     world.path('tills'), str(count), world.path('first.bundle')]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()

    def status(self):
        self.say('status')
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=120) == 0, 'the tills did not end in order'


class World:
    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix='tillcue-fleet-', dir=options.folder)
        self.mqtt, self.http = free_port(), free_port()
        self.db = self.path('hq.sqlite')
        self.uri = f'mqtt://127.0.0.1:{self.mqtt}'
        self.running = []
        self.tills = None

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def begin(self, mebibytes):
        os.mkdir(self.path('tills'))
        run('tillcue-hq', 'keys', 'init', '--dir', self.path('keys'))
        run('sync_fleet', 'bundles', self.folder, mebibytes)
        with open(self.path('mosquitto.conf'), 'w', encoding='utf-8') as conf:
            conf.write(BROKER.format(port=self.mqtt) + ('user root\n' if os.geteuid() == 0 else ''))
        program = shutil.which('mosquitto') or '/usr/sbin/mosquitto'
        self.running.append(Process(self.folder, 'broker', [program, '-c', self.path('mosquitto.conf')]))
        wait_until('mosquitto', lambda: listens(self.mqtt))
        self.running.append(Process(self.folder, 'hq', [
            os.path.join(BIN, 'tillcue-hq'), 'serve', '--broker', self.uri, '--chain', 'demo', '--db', self.db, '--key',
            self.path('keys', 'hq.key.pem'), '--bundles', self.path('shelf'), '--http', f'127.0.0.1:{self.http}']))
        wait_until('head office', lambda: listens(self.http))
        self.publish('publish', 'first.bundle', '--plain')
        begun = time.monotonic()
        self.tills = Tills(self, self.options.tills)
        self.await_tills('all connected', lambda s: s['connected'] == s['tills'])
        known = lambda: self.ask("SELECT count(*) FROM terminals WHERE release = 1 AND online = 1") == self.options.tills
        wait_until('head office to know them', known, 120)
        print(f'  {self.options.tills} tills connected and known after {time.monotonic() - begun:.1f} s', flush=True)
        names = ('broker', 'head office', 'all tills')
        pids = [process.process.pid for process in self.running] + [self.tills.process.pid]
        self.watched = [Watched(name, pid) for name, pid in zip(names, pids)]
        print(f'  descriptors: broker {self.watched[0].descriptors()}, head office {self.watched[1].descriptors()}', flush=True)
        self.tills.say(f'cut {self.options.cuts}')

    def publish(self, what, bundle, *more):
        return run('tillcue-hq', *what.split(), '--bundle', self.path(bundle), '--key', self.path('keys', 'hq.key.pem'),
                   '--broker', self.uri, '--chain', 'demo', '--db', self.db, '--bundles', self.path('shelf'), *more)

    def ask(self, sql):
        with contextlib.closing(sqlite3.connect(f'file:{self.db}?mode=ro', uri=True, timeout=30)) as db:
            return db.execute(sql).fetchone()[0]

    def await_tills(self, what, test, patience=None):
        end = time.monotonic() + (patience or self.options.patience)
        while time.monotonic() < end:
            status = self.tills.status()
            if test(status):
                return status
            time.sleep(0.2)
        raise AssertionError(f'{what}: not in time; {status}')

    def told(self, status, begun):
        connects = status['connects'] - status['tills']
        return (f'  {status["bytes_down"] / 2**20:,.0f} MiB heard and {status["bytes_up"] / 2**20:,.1f} MiB said by tills, '
                f'{status["pieces"]:,} pieces, {status["piece_timeouts"]} waits over 10 s, {status["cuts"]} cuts, '
                f'{connects} reconnects, {status["errors"]} complaints\n  '
                + '; '.join(one.told() for one in self.watched) + f'; {time.monotonic() - begun:.1f} s in all')

    def close(self):
        if self.tills and self.tills.process.poll() is None:
            self.tills.process.kill()
        for process in self.running:
            process.end_anyhow()
        shutil.rmtree(self.folder, ignore_errors=True)


def goes_out(world, plain):
    """A release in stages; true when every till runs its bytes."""
    begun = time.monotonic()
    started = world.publish('rollout start', 'second.bundle', '--first', 'till-0', '--stages', '1', '10', '50', '100',
                            '--soak', '0', '--spread', '0', *(['--plain'] if plain else []))
    print(f'  uploaded in {time.monotonic() - begun:.1f} s' + ''.join(
        f'; {line}' for line in started.stderr.splitlines() if 'delta' in line), flush=True)
    stages, at, end = [], time.monotonic(), time.monotonic() + world.options.patience
    while True:
        seen = json.loads(run('tillcue-hq', 'rollout', 'status', '--db', world.db, '--json').stdout)
        assert seen['state'] in ('running', 'done'), seen
        assert time.monotonic() < end, (seen, world.tills.status())
        name = 'done' if seen['state'] == 'done' else ('canary' if seen['share'] == 0 else f'{seen["share"] / 100:g} %')
        if not stages or stages[-1][0] != name:
            stages.append([name, time.monotonic()])
        if name == 'done':
            break
        time.sleep(0.25)
    spans = [f'{name} {later - when:.1f} s' for (name, when), (_, later) in zip(stages, stages[1:])]
    print(f'  all through the stages after {time.monotonic() - at:.1f} s: ' + ', '.join(spans), flush=True)
    status = world.await_tills('all to run it', lambda s: s['releases'] == {'2': s['tills']})
    print(world.told(status, begun), flush=True)
    with open(world.path('second.bundle'), 'rb') as second:
        digest = hashlib.file_digest(second, 'sha256') if hasattr(hashlib, 'file_digest') else hashlib.sha256(second.read())
    wrong = 0
    step = max(1, status['tills'] // 50)
    for n in range(status['tills']):
        file = world.path('tills', f'till-{n}', 'bundles', digest.hexdigest() + '.bundle')
        if not os.path.exists(file):
            wrong += 1
        elif n % step == 0:
            with open(file, 'rb') as content:
                wrong += hashlib.sha256(content.read()).hexdigest() != digest.hexdigest()
    print(f'  {status["tills"] - wrong} tills have the bundle\'s file, {(status["tills"] + step - 1) // step} of them read and compared')
    return wrong == 0


def sell(world):
    """Every till sells; true when head office has each result once, with its content."""
    each = world.options.results // world.options.tills
    begun = time.monotonic()
    world.tills.say(f'sell {each} {world.options.group}')
    status = world.await_tills('all delivered', lambda s: s['unsold'] == 0 and s['pending'] == 0)
    seconds = time.monotonic() - begun
    promised = each * world.options.tills
    assert status['promised'] == promised, status
    stored = world.ask('SELECT count(*) FROM inbox')
    short = world.options.tills - world.ask(
        f'SELECT count(*) FROM (SELECT stream FROM inbox GROUP BY stream HAVING count(*) = {each} AND min(seq) = 1 AND max(seq) = {each})')
    wrong = world.ask('SELECT (SELECT count(*) FROM inbox i JOIN decisions d ON d.event = i.id WHERE d.sale <> i.seq) + '
                      '(SELECT count(*) FROM inbox i JOIN sales s ON s.event = i.id WHERE s.sale <> i.seq)')
    apart = world.ask('SELECT (SELECT count(*) FROM decisions) + (SELECT count(*) FROM sales)')
    alarms = world.ask('SELECT count(*) FROM alarms')
    lost, twice = promised - stored, apart - stored
    print(f'  {promised:,} results in {seconds:.1f} s = {promised / seconds:,.0f} a second, {status["batches"]:,} batches sent; '
          f'head office has {stored:,}: {lost} lost, {twice} double, {wrong} under a wrong number, {short} tills incomplete, '
          f'{alarms} alarms; {os.path.getsize(world.db) / 2**20:,.0f} MiB of database')
    print(world.told(status, begun), flush=True)
    return lost == twice == wrong == short == alarms == 0


def phase(options, name):
    print(f'{name}: {options.tills} tills, ' + (f'{options.results:,} results' if name == 'results' else f'{options.mib:g} MiB')
          + (f', {options.cuts:g} % of messages cut a connection' if options.cuts else ''), flush=True)
    world = World(options)
    try:
        world.begin(0.2 if name == 'results' else options.mib)
        good = sell(world) if name == 'results' else goes_out(world, name == 'full')
        world.tills.say('cut 0')
        begun = time.monotonic()
        world.tills.end()
        print(f'  ended in order in {time.monotonic() - begun:.1f} s', flush=True)
        code = world.running[1].end()
        assert code == 0, f'head office ended with {code}'
        return good
    except (AssertionError, subprocess.SubprocessError):
        print(world.running[1].output()[-3000:] if len(world.running) > 1 else '')
        raise
    finally:
        world.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--tills', type=int, default=50)
    parser.add_argument('--mib', type=float, default=1)
    parser.add_argument('--results', type=int, default=20_000)
    parser.add_argument('--group', type=int, default=50, help='results committed together at a till')
    parser.add_argument('--cuts', type=float, default=2, help='connections broken for 100 messages heard')
    parser.add_argument('--phases', nargs='+', choices=('full', 'delta', 'results'), default=['full', 'delta', 'results'])
    parser.add_argument('--folder', help='where the tills\' disks lie; default: the temporary folder')
    parser.add_argument('--patience', type=float, default=600, help='seconds a phase may take')
    options = parser.parse_args()
    begun = time.monotonic()
    good = [phase(options, name) for name in options.phases]
    print(f'{time.monotonic() - begun:.0f} s')
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main())
