#!/usr/bin/env python3
"""The installed package under a real systemd, booted in a container: what the unit promises. Part of tests/firmware/packages.

  service.py ROOT NEWER_DEB      ROOT: a Debian 12 with the packages and systemd in it; needs root and systemd-nspawn

Crash and hang are followed by a restart with the open sale resumed, receipts go through the bypass meanwhile and while
dpkg puts a newer package in, stopping takes a second at most, a flood of messages does not fill the journal, head office's
unit serves a broker beside it, and the terminal's runs from a root that cannot be written to. The container has a network of its own with nothing but loopback in it.
"""
import contextlib
import ctypes
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'journeys'))
from programs import Till, till_again, wait_until  # noqa: E402

CLONE_NEWNET = 0x40000000
passed = 0


def ok(what):
    global passed
    passed += 1
    print('ok:', what, flush=True)


def need(good, what):
    if not good:
        raise SystemExit(f'FAILED: {what}')


class Machine:
    def __init__(self, root, *options):
        with open(os.path.join(root, 'nspawn.log'), 'ab') as log:
            self.nspawn = subprocess.Popen(['systemd-nspawn', '--quiet', '--register=no', '--keep-unit', '--private-network', '--console=pipe',
                                            '-D', root, '-b', *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.home = os.open('/proc/self/ns/net', os.O_RDONLY)
        try:
            self.leader = wait_until('the container', self.child)
        except AssertionError:
            self.nspawn.kill()
            raise
        wait_until('systemd', lambda: self.inside('systemctl', 'is-system-running').stdout.strip() in ('running', 'degraded'), patience=60)
        self.net(f'/proc/{self.leader}/ns/net')

    def child(self):
        """Its first process, when nspawn's own helpers have become that."""
        with open(f'/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children', encoding='ascii') as children:
            for pid in children.read().split():
                with open(f'/proc/{pid}/comm', encoding='ascii') as name:
                    if name.read().strip() == 'systemd':
                        return int(pid)
        return None

    def net(self, where):
        """This thread, and those it starts, use the network there."""
        place = where if isinstance(where, int) else os.open(where, os.O_RDONLY)
        if ctypes.CDLL(None, use_errno=True).setns(place, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), 'setns')

    def inside(self, *command):
        return subprocess.run(['nsenter', '-t', str(self.leader), '-m', '-u', '-i', '-n', '-p', '--', *command], capture_output=True, text=True)

    def pid(self, unit='tillcued'):
        return int(self.inside('systemctl', 'show', '-p', 'MainPID', '--value', unit).stdout)

    def kill(self, how, unit='tillcued'):
        need(self.inside('sh', '-c', f'kill -{how} {self.pid(unit)}').returncode == 0, f'{unit} was not there to be killed')

    def journal(self):
        return self.inside('journalctl', '-b', '-u', 'tillcued', '-o', 'cat', '--no-pager').stdout

    def close(self):
        self.net(self.home)
        self.inside('systemctl', 'poweroff')
        try:
            self.nspawn.wait(30)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()
            self.nspawn.wait()


def lane():
    till = Till(7707)
    till.ok('hello', protocol=1, till='lane-1', software='service')
    return till


def answered(sale):
    return till_again(7707, sale, ['x'])


class Printer:
    """Takes what the bypass sends, and keeps when each receipt's end came."""

    def __init__(self):
        self.server = socket.create_server(('127.0.0.1', 9199))
        self.data = b''
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            client, _ = self.server.accept()
            with client:
                while block := client.recv(4096):
                    self.data += block


class Receipts:
    """A POS that prints without pause; how long each receipt took to the printer."""

    def __init__(self, printer):
        self.printer, self.times, self.over = printer, [], False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.over:
            job, began = f'Receipt {len(self.times)}\nTOTAL 1.99\n\n'.encode() + b'\x1dV\x00', time.monotonic()
            with socket.create_connection(('127.0.0.1', 9100), timeout=10) as pos:
                pos.sendall(job)
                pos.shutdown(socket.SHUT_WR)
                while pos.recv(4096):
                    pass
            while job not in self.printer.data and time.monotonic() - began < 10:
                time.sleep(0.001)
            self.times.append(time.monotonic() - began)
            time.sleep(0.02)

    def most(self, what, since):
        wait_until('receipts', lambda: len(self.times) >= since + 5)
        worst = max(self.times[since:])
        need(worst < 1.0, f'a receipt took {worst:.2f} s while the daemon was {what}')
        return worst


def crash_and_hang(machine, receipts):
    silences, mark = [], len(receipts.times)
    for n in range(5):
        till = lane()
        till.ok('begin', sale=f'k{n}')
        till.ok('add', sale=f'k{n}', line=1, sku='x', price=199)
        till.close()
        killed = time.monotonic()
        machine.kill('KILL')
        till = answered(f'k{n}')
        silences.append(time.monotonic() - killed)
        till.ok('finish', sale=f'k{n}')
        till.close()
    need(max(silences) <= 1.0, f'after kill -9 the till was answered in {max(silences):.2f} s')
    ok(f'kill -9, five times: answered with the open sale after {max(silences):.2f} s at most; receipts in {receipts.most("killed", mark):.2f} s')
    mark, was = len(receipts.times), machine.pid()
    machine.kill('STOP')
    stopped = time.monotonic()
    wait_until('another process', lambda: machine.pid() not in (0, was), patience=30)
    answered('h').close()
    took = time.monotonic() - stopped
    need(took <= 14, f'a hung daemon was replaced after {took:.1f} s')
    ok(f'hung: replaced by the watchdog after {took:.1f} s; receipts in {receipts.most("hung", mark):.2f} s')


def upgrade(machine, receipts):
    mark = len(receipts.times)
    worst, over = [0.0], []

    def ask():
        last = time.monotonic()
        while not over:
            with contextlib.suppress(OSError):
                till = lane()
                till.close()
                worst[0] = max(worst[0], time.monotonic() - last)
                last = time.monotonic()
            time.sleep(0.01)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    was = machine.pid()
    done = machine.inside('dpkg', '--force-confold', '-i', '/later.deb')
    need(done.returncode == 0, f'dpkg: {done.stderr}')
    wait_until('the new daemon', lambda: machine.pid() not in (0, was))
    answered('u').close()
    over.append(True)
    thread.join()
    silent = worst[0]
    need(silent <= 2.0, f'during an upgrade a till was not answered for {silent:.2f} s')
    ok(f'dpkg -i of a newer package: the till waited {silent:.2f} s at most; receipts in {receipts.most("upgraded", mark):.2f} s')


def stop(machine):
    machine.inside('systemctl', 'start', 'tillcued')
    answered('s').close()
    began = time.monotonic()
    machine.inside('systemctl', 'stop', 'tillcued')
    took = time.monotonic() - began
    result = machine.inside('systemctl', 'show', '-p', 'Result', '--value', 'tillcued').stdout.strip()
    need(took <= 1.0 and result == 'success', f'stopping took {took:.2f} s and ended with {result}')
    ok(f'stops in {took:.2f} s')
    machine.inside('systemctl', 'start', 'tillcued')


def flood(machine):
    till = answered('f')
    for n in range(9000):
        till.ok('begin', sale=f'flood-{n}')
        till.ok('add', sale=f'flood-{n}', line=1, sku='x', price=100)
        till.ok('finish', sale=f'flood-{n}')
    till.close()
    time.sleep(1)
    lines = [line for line in machine.journal().splitlines() if 'flood-' in line]
    # journald allows up to five times what the unit says where the disk has much room, and a minute may begin meanwhile.
    need(100 < len(lines) <= 6000, f'{len(lines)} of 9,000 lines are in the journal')
    ok(f'a flood of 9,000 sales leaves {len(lines)} lines in the journal')


def healthy():
    try:
        with urllib.request.urlopen('http://127.0.0.1:9465/healthz', timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def head_office(machine):
    """As its configuration says: the key is there (tests/firmware/packages made it), then the unit is enabled."""
    need(machine.inside('systemctl', 'is-enabled', 'tillcue-hq').stdout.strip() == 'disabled', "head office's unit is enabled before it has a key")
    office = ('runuser', '-u', 'tillcue-hq', '--', 'tillcue-hq')
    done = machine.inside('systemctl', 'enable', '--now', 'tillcue-hq')
    need(done.returncode == 0, done.stderr)
    wait_until('head office', healthy)
    was = machine.pid('tillcue-hq')
    machine.kill('KILL', 'tillcue-hq')
    wait_until('head office again', lambda: machine.pid('tillcue-hq') not in (0, was) and healthy(), patience=20)
    seen = machine.inside(*office, 'terminals', '--db', '/var/lib/tillcue-hq/hq.sqlite')
    need(seen.returncode == 0, seen.stderr)
    stopped = machine.inside(*office, 'stop', '--all', '--db', '/var/lib/tillcue-hq/hq.sqlite', '--wait', '0')
    need('terminals online' in stopped.stdout, stopped.stdout + stopped.stderr)
    began = time.monotonic()
    machine.inside('systemctl', 'stop', 'tillcue-hq')
    took = time.monotonic() - began
    result = machine.inside('systemctl', 'show', '-p', 'Result', '--value', 'tillcue-hq').stdout.strip()
    need(result == 'success', f"head office's unit ended with {result}")
    ok(f"head office's unit serves a mosquitto in its sandbox, comes back after kill -9, answers its commands, stops in {took:.2f} s")


def main():
    root, newer = sys.argv[1:3]
    subprocess.run(['cp', newer, os.path.join(root, 'later.deb')], check=True)
    drop_in = os.path.join(root, 'etc/systemd/system/tillcue-bypass.service.d')
    os.makedirs(drop_in, exist_ok=True)
    with open(os.path.join(drop_in, 'here.conf'), 'w', encoding='utf-8') as out:
        out.write('[Service]\nExecStart=\nExecStart=/usr/bin/tillcue-bypass --pos tcp:127.0.0.1:9100 --printer tcp:127.0.0.1:9199 --tap /run/tillcue/printer.sock\n')
    with contextlib.closing(Machine(root)) as machine:
        need(machine.inside('systemctl', 'is-active', 'tillcued').stdout.strip() == 'active', 'tillcued is not active:\n' + machine.journal())
        ok('systemd starts it with the machine, in its sandbox, and is told that it is ready')
        printer = Printer()
        need(machine.inside('systemctl', 'enable', '--now', 'tillcue-bypass.socket', 'tillcue-bypass.service').returncode == 0, 'the bypass does not start')
        receipts = Receipts(printer)
        crash_and_hang(machine, receipts)
        upgrade(machine, receipts)
        receipts.over = True
        receipts.thread.join()
        stop(machine)
        flood(machine)
        head_office(machine)
    with contextlib.closing(Machine(root, '--read-only', '--tmpfs=/var:mode=755')) as machine:
        need(machine.inside('sh', '-c', '! touch /usr/tried').returncode == 0, 'the root is not read-only')
        till = answered('r')
        till.ok('finish', sale='r')
        till.close()
        machine.kill('KILL')
        answered('r2').close()
        need('unkept' not in machine.journal(), machine.journal())
        ok('runs from a read-only root with an empty /var')
    print(f'{passed} passed')


if __name__ == '__main__':
    main()
