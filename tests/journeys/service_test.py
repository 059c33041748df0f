#!/usr/bin/env python3
"""The daemon as a service, under a supervisor that does what the unit file says: restart, watchdog, read-only root.

  TILLCUE_BIN=build/dev/bin tests/journeys/service_test.py

Runs anywhere; tests/firmware/packages does the same under systemd itself.
"""
import os
import re
import signal
import socket
import statistics
import subprocess
import threading
import time
import unittest
import urllib.error

import journey_test
from programs import BIN, PATIENCE, Process, till_again, wait_until

UNIT = os.path.join(os.path.dirname(__file__), '..', '..', 'firmware', 'packaging', 'tillcued.service')
# An emulated processor starts a program in a fifth of a second or more.
SLOWER = PATIENCE / 30

setUpModule = journey_test.setUpModule
tearDownModule = journey_test.tearDownModule


def of_unit(name):
    """A time of the unit file, in seconds."""
    with open(UNIT, encoding='utf-8') as unit:
        number, ms = re.search(rf'^{name}=(\d+)(ms)?$', unit.read(), re.M).groups()
    return int(number) / (1000 if ms else 1)


class Supervisor:
    """Type=notify, Restart=always, RestartSec, RestartPreventExitStatus, WatchdogSec and TimeoutAbortSec of the unit, as systemd.service(5) has them."""

    def __init__(self, folder, command):
        self.command, self.restart, self.watchdog, self.abort = command, of_unit('RestartSec'), of_unit('WatchdogSec'), of_unit('TimeoutAbortSec')
        self.log = open(os.path.join(folder, 'service.log'), 'ab')
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.path = os.path.join(folder, 'notify')
        self.notices.bind(self.path)
        self.notices.settimeout(0.02)
        self.starts, self.gaps, self.over = 0, [], False
        self.process = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.over:
            self.process = subprocess.Popen(self.command, env={**os.environ, 'NOTIFY_SOCKET': self.path}, stderr=self.log)
            self.starts += 1
            alive, aborted = time.monotonic(), None
            while self.process.poll() is None:
                now = time.monotonic()
                try:
                    if b'WATCHDOG=1' in self.notices.recv(200):
                        self.gaps.append(now - alive)
                        alive = now
                except TimeoutError:
                    pass
                if aborted is None and now - alive > self.watchdog:
                    aborted = now
                    self.process.send_signal(signal.SIGABRT)
                if aborted is not None and now - aborted > self.abort:
                    self.process.kill()
            if self.process.returncode == of_unit('RestartPreventExitStatus'):
                return
            time.sleep(self.restart)

    def close(self):
        self.over = True
        if self.process.poll() is None:
            self.process.kill()
        self.thread.join()
        self.notices.close()
        self.log.close()


class Service(journey_test.Journey):
    def serve(self):
        alone = {'bundle': journey_test.bundle, 'printer': None, 'sync': None}
        service = Supervisor(self.shop.folder, [os.path.join(BIN, 'tillcued'), '--config', self.shop.configure(more=alone)])
        self.addCleanup(service.close)
        wait_until('the terminal', self.shop.metrics)
        return service

    def test_killed_at_any_moment_it_is_back_within_a_second_with_the_open_sale(self):
        service = self.serve()
        silences = []
        for n, skus in enumerate(journey_test.todays_baskets(5), 1):
            till = self.till()
            till.ok('begin', sale=f'k{n}')
            for line, sku in enumerate(skus, 1):
                till.ok('add', sale=f'k{n}', line=line, sku=sku, price=199)
            killed = time.monotonic()
            service.process.kill()
            till.close()
            again = till_again(self.shop.pos, f'k{n}', skus)
            silences.append(time.monotonic() - killed)
            again.ok('finish', sale=f'k{n}')
            again.close()
            self.assertEqual(self.shop.metrics()['sales_finished_total'], 1)
        self.assertEqual(service.starts, 6)
        self.assertLess(statistics.median(silences), 1.0 * SLOWER, silences)

    def test_a_configuration_that_is_wrong_is_told_once_and_not_twice_a_second(self):
        config = self.shop.configure(more={'screen': {'listen': f'127.0.0.1:{self.shop.pos}'}})
        service = Supervisor(self.shop.folder, [os.path.join(BIN, 'tillcued'), '--config', config])
        self.addCleanup(service.close)
        service.thread.join(4 * service.restart + 2 * SLOWER)
        self.assertFalse(service.thread.is_alive())
        self.assertEqual(service.starts, 1)
        with open(service.log.name, encoding='utf-8') as told:
            self.assertRegex(told.read(), r'tillcued.json:\d+: screen.listen: .* pos.listen')

    def test_files_that_are_named_and_away_or_folders_end_nothing(self):
        config = self.shop.configure(more={'sync': None, 'printer': None, 'secret': 'nosuch.key', 'live': 'live', 'names': {'aliases': 'names'},
                                           'proxy': {'tap': self.shop.path('none.sock'), 'layout': 'nosuch.json'},
                                           'feeds': {'text': {'source': 'file:' + self.shop.folder, 'layout': {
                                               'item': ['{name} {amount}'], 'total': ['TOTAL {amount}']}}}})
        for folder in ('live', 'names', 'terminal', 'terminal/secret', 'terminal/aliases.csv', 'terminal/paper.json'):
            os.mkdir(self.shop.path(folder))
        check = subprocess.run([os.path.join(BIN, 'tillcued'), '--config', config, '--check'], capture_output=True, text=True)
        self.assertEqual(check.returncode, 2)
        for fault in ('secret: .*nosuch.key', 'proxy.layout: .*nosuch.json', 'live: .*live: is a folder', 'names.aliases: .*names: is a folder',
                      'data_dir: .*aliases.csv: is a folder', 'data_dir: .*paper.json: is a folder', 'feeds.text.source: .* is a folder'):
            self.assertRegex(check.stderr, fault)
        service = Supervisor(self.shop.folder, [os.path.join(BIN, 'tillcued'), '--config', config])
        self.addCleanup(service.close)
        wait_until('the terminal', self.shop.metrics)
        till = self.till()
        till.ring_up('served', ['x'])
        metrics = self.shop.metrics()
        self.assertEqual((metrics['secret_replaced'], metrics['layout_refused'], metrics['feeds_open'], metrics['data_unwritable']), (1, 1, 0, 0))
        with self.assertRaises(urllib.error.HTTPError) as sick:
            self.shop.get(f'http://127.0.0.1:{self.shop.screen}/healthz')
        self.assertRegex(sick.exception.read().decode(), 'data_dir: .*terminal/secret: is a folder')
        os.mkdir(self.shop.path('terminal', 'live.json'))
        time.sleep(2)
        self.assertEqual(service.starts, 1)

    def test_hung_it_is_noticed_and_started_anew(self):
        service = self.serve()
        till = self.till()
        till.ok('begin', sale='h1')
        time.sleep(service.watchdog / 2)
        self.assertGreaterEqual(len(service.gaps), 2)
        self.assertLess(max(service.gaps), service.watchdog / 2)
        stopped = time.monotonic()
        service.process.send_signal(signal.SIGSTOP)
        till.close()
        wait_until('another start', lambda: service.starts == 2, patience=service.watchdog + service.abort + 5)
        again = till_again(self.shop.pos, 'h1', ['x'])
        self.addCleanup(again.close)
        self.assertLess(time.monotonic() - stopped, service.watchdog + service.abort + service.restart + 2 * SLOWER)

    def test_on_a_read_only_root_it_needs_its_data_folder_alone(self):
        self.shop.make_keys()
        self.shop.start_broker()
        self.shop.start_hq()
        data = self.shop.path('terminal')
        os.mkdir(data)
        sealed = ['unshare', '--mount', *([] if os.geteuid() == 0 else ['--map-root-user']), 'sh', '-ec',
                  f'mount --bind {data} {data}; mount -o remount,bind,ro /; cd {data}; exec "$@"', 'sealed']
        tried = subprocess.run([*sealed, 'sh', '-c', f'! touch {self.shop.path("tried")} && touch {data}/tried'], capture_output=True, text=True)
        if tried.returncode:
            self.skipTest(f'mounts cannot be changed here: {tried.stderr.strip()}')
        self.shop.start_terminal()
        self.shop.processes['terminal'].end()
        for n in range(2):
            self.shop.processes['terminal'] = Process(self.shop.folder, 'sealed', [
                *sealed, os.path.abspath(os.path.join(BIN, 'tillcued')), '--config', self.shop.path('tillcued.json')])
            wait_until('the terminal', self.shop.metrics)
            till = self.till()
            till.ring_up(f'sealed-{n}', ['x'])
            self.shop.wait_for_delivery()
            self.assertEqual(self.shop.metrics()['results_lost_total'], 0)
            till.close()
            self.assertEqual(self.shop.processes['terminal'].end(), 0)
        self.assertEqual(len(self.shop.exported()), 2)
        self.assertNotIn('unkept', self.shop.processes['terminal'].output())


if __name__ == '__main__':
    unittest.main(verbosity=2)
