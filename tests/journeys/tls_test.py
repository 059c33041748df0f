#!/usr/bin/env python3
"""A pilot over TLS, with the commands of `tillcue-hq keys --help`: authority, certificates, broker, a sale, its report.

  TILLCUE_BIN=build/dev/bin tests/journeys/tls_test.py
"""
import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import unittest

import journey_test
from programs import BIN, Process, listens, run, wait_until

setUpModule = journey_test.setUpModule
tearDownModule = journey_test.tearDownModule


class Pilot(journey_test.Journey):
    def start_broker(self):
        out = self.shop.path('broker')
        os.mkdir(out)
        told = run('tillcue-hq', 'broker-config', '--dir', self.shop.path('keys'), '--chain', 'demo', '--out', out,
                   '--address', '127.0.0.1', '--port', self.shop.mqtt)
        for file, mode in (('authority.tls.pem', 0o644), ('broker.tls.pem', 0o644), ('broker.tls-key.pem', 0o600)):
            self.assertEqual(os.stat(os.path.join(out, file)).st_mode & 0o777, mode)
        os.mkdir(os.path.join(out, 'data'))
        if os.geteuid() == 0:
            # The broker runs as its own user: what is printed is enough, and the keys stay closed to it.
            self.assertEqual(os.stat(self.shop.path('keys')).st_mode & 0o777, 0o700)
            self.assertIn(f'{self.shop.folder}: its owner alone may enter it', told.stderr)
            os.chmod(self.shop.folder, 0o711)
            step = re.search('^  (chown mosquitto .*)$', told.stdout, re.MULTILINE).group(1)
            subprocess.run(step, shell=True, check=True)
            shutil.chown(os.path.join(out, 'data'), 'mosquitto')
        with open(os.path.join(out, 'mosquitto.conf'), 'w', encoding='utf-8') as conf:
            conf.write(f'persistence_location {out}/data/\ninclude_dir {out}/d\n')  # as Debian's own main file does it
        os.mkdir(os.path.join(out, 'd'))
        shutil.copy(os.path.join(out, 'tillcue.conf'), os.path.join(out, 'd'))
        program = shutil.which('mosquitto') or '/usr/sbin/mosquitto'
        self.shop.processes['broker'] = Process(self.shop.folder, 'broker', [program, '-c', out + '/mosquitto.conf'])
        wait_until('mosquitto', lambda: listens(self.shop.mqtt))

    def test_from_no_keys_to_a_result_at_head_office(self):
        self.shop.make_keys()
        self.shop.make_certificates('till-1')
        self.assertEqual(self.shop.keys('certificate', '--for', 'terminal', '--name', 'hq', check=False).returncode, 5)
        listed = self.shop.keys('list').stdout
        self.assertEqual(listed.count('TLS until'), 5)
        for name, use in (('till-1', 'terminal'), ('hq', 'hq'), ('broker', 'broker')):
            ca, cert, key = self.shop.tls_files(name)
            run('tillcue-hq', 'keys', 'check', '--for', use, '--certificate', cert, '--key', key, '--ca', ca)
        self.start_broker()
        self.shop.start_hq(*self.shop.tls_options('hq'))
        self.shop.start_printer()
        self.shop.start_terminal(more={'sync': self.shop.tls_settings('till-1')})
        self.shop.publish(journey_test.bundle, '--wait', '30', *self.shop.tls_options('hq-publish'))
        till = self.till()
        till.ring_up('over-tls', journey_test.todays_baskets(1)[0])
        def stored():
            with contextlib.closing(sqlite3.connect(f'file:{self.shop.db}?mode=ro', uri=True)) as db:
                return db.execute("select count(*) from sales where sale = 'over-tls'").fetchone()[0] == 1
        wait_until('the sale at HQ', stored)
        self.assertTrue(self.shop.processes['hq'].alive)
        self.assertIn('till-1', run('tillcue-hq', 'terminals', '--db', self.shop.db).stdout)

    def test_files_that_do_not_fit_are_told_before_and_what_the_broker_says_to_them_after(self):
        self.shop.make_keys()
        self.shop.make_certificates('till-1', 'till-2')
        self.start_broker()
        ours = self.shop.tls_settings('till-1')

        def told(printer=None, **sync):
            config = self.shop.configure(more={'printer': printer, 'sync': {**ours, **sync}})
            done = run('tillcued', '--config', config, '--check', check=False)
            return done.returncode, done.stderr

        self.assertEqual(told(), (0, ''))
        code, words = told(certificate='keys/till-2.tls.pem', ca='keys/hq.pub.pem', trusted_keys=['keys/hq.key.pem'])
        self.assertEqual(code, 2)
        for fault in ('sync.trusted_keys: .*hq.key.pem: is a private key', 'sync.ca: .*hq.pub.pem: holds no PEM certificate',
                      'sync.certificate: .*till-2.tls.pem: is made out to "till-2"', 'sync.key: .*till-1.tls-key.pem: is not the key of'):
            self.assertRegex(words, fault)

        def says(words, **sync):
            self.shop.start_terminal(more={'printer': None, 'sync': {**ours, **sync}})
            wait_until(words, lambda: re.search(rf'sync.trouble error=".*{words}', self.shop.processes['terminal'].output()))
            self.shop.processes['terminal'].end()

        says('the broker.s certificate is not made out to 127.0.0.1 .it names localhost', broker=self.shop.broker_uri.replace('localhost', '127.0.0.1'))
        says('Not authorized .reason code 135.: its users or rights know no such', certificate='keys/till-2.tls.pem', key='keys/till-2.tls-key.pem')
        says(r'\S+till-1.tls-key.pem: is not the key of', certificate='keys/till-2.tls.pem')
        # Head office's link says the same.
        self.shop.processes['hq'] = Process(self.shop.folder, 'hq', [
            os.path.join(BIN, 'tillcue-hq'), 'serve', '--broker', self.shop.broker_uri, '--chain', 'demo', '--db', self.shop.db,
            '--key', self.shop.path('keys', 'hq.key.pem'), '--ca', self.shop.path('keys', 'authority.tls.pem')])
        wait_until('its reason', lambda: re.search(r'broker.lost why="localhost:\d+: wants a certificate of this client', self.shop.processes['hq'].output()))


if __name__ == '__main__':
    unittest.main(verbosity=2)
