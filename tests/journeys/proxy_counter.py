"""The counter of the print proxy's journeys: a shop, a bypass, a terminal, and a printer that keeps every byte."""
import json
import os
import random
import re
import shutil
import socket
import struct
import sys
import tempfile
import threading
import time
import unittest

from programs import BIN, Process, free_port, metrics_at, run, wait_until

POLLS = bytes.fromhex('100401100402100404')
PROOF = b'\x1dr\x01'
NAMES = ['Coca-Cola 0.33L', 'Mars bar 51g', 'Nutella 400g', 'Ritter Sport 100g', 'Barilla spaghetti 500g',
         'Bananas loose', 'Oreo cookies 154g', 'Ferrero Kuesschen']
PRICES = [1.20, 0.80, 4.25, 1.49, 1.35, 1.79, 2.10, 3.99]


def setUpModule():
    """A shop that sells what the captured POS sold, and whose every basket earns a coupon."""
    global store, bundle
    store = tempfile.mkdtemp(prefix='tillcue-proxy-store-')
    chance = random.Random(7)
    with open(os.path.join(store, 'items.csv'), 'w', encoding='utf-8') as out:
        out.write('sku,name,category,price\n')
        for n, name in enumerate(NAMES):
            out.write(f'p{n},{name},food,{PRICES[n]:.2f}\n')
    with open(os.path.join(store, 'transactions.csv'), 'w', encoding='utf-8') as out:
        out.write('basket_id,customer_id,timestamp,sku,quantity,unit_price\n')
        for basket in range(3000):
            first = chance.randrange(len(NAMES))
            chosen = {first, (first + 1) % len(NAMES)} | {n for n in range(len(NAMES)) if chance.random() < 0.15}
            for n in chosen:
                out.write(f'{basket},,2026-11-{1 + basket % 20:02d}T10:00:00Z,p{n},1,{PRICES[n]:.2f}\n')
    campaign = {'policy': {'holdout_percent': 0, 'quiet_scans_per_minute': 0}, 'coupons': [{'id': 'next-visit-10', 'headline': '10 % off', 'terms': 'One per customer.',
                             'discount': {'percent': 10}, 'valid_days': 14, 'min_probability': 0.01}]}
    with open(os.path.join(store, 'campaigns.json'), 'w', encoding='utf-8') as out:
        json.dump(campaign, out)
    bundle = os.path.join(store, 'store.bundle')
    run('tillcue-models', 'build', '--transactions', os.path.join(store, 'transactions.csv'), '--items',
        os.path.join(store, 'items.csv'), '--campaigns', os.path.join(store, 'campaigns.json'), '--currency', 'USD', '--out', bundle)


def tearDownModule():
    shutil.rmtree(store, ignore_errors=True)


def receipt(number, lines=((0, 1), (1, 2)), cut=b'\x1dVB\x00'):
    total = sum(PRICES[n] * count for n, count in lines)
    text = f'CORNER SHOP\nReceipt {number}\n'
    text += ''.join(f'{NAMES[n]:<24}{count} x {PRICES[n]:.2f}{PRICES[n] * count:9.2f}\n' for n, count in lines)
    text += f'{"TOTAL":<24}{total:17.2f}\nCash\n\n\n'
    return text.encode() + cut


class RawPrinter:
    """Keeps every byte of every connection, in order; answers status as a printer that is well."""

    def __init__(self):
        self.server = socket.create_server(('127.0.0.1', 0))
        self.port = self.server.getsockname()[1]
        self.data, self.times, self.delay = b'', [], 0.0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            with client:
                while block := client.recv(4096):
                    self.data += block
                    self.times.append((time.monotonic(), len(self.data)))
                    answers = b'\x12' * block.count(b'\x10\x04') + b'\x00' * block.count(PROOF)
                    if answers:
                        client.sendall(answers)
                    if self.delay:
                        time.sleep(self.delay)

    def close(self):
        self.server.close()


class Counter(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='tillcue-proxy-')
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.processes = {}
        self.addCleanup(self.end)
        self.tap = os.path.join(self.folder, 'tap')

    def end(self):
        for process in self.processes.values():
            process.end_anyhow()
        if not getattr(getattr(self, '_outcome', None), 'success', True):
            for name, process in self.processes.items():
                print(f'--- {name}\n{process.output()[-3000:]}', file=sys.stderr)

    def start_bypass(self, printer, *options, pos='tcp:127.0.0.1:0', name='bypass', tap=None):
        process = Process(self.folder, name, [os.path.join(BIN, 'tillcue-bypass'), '--pos', pos, '--printer',
                                              printer, '--tap', tap or self.tap, *options])
        self.processes[name] = process
        found = wait_until('the bypass', lambda: re.search(r' -> ', process.output()))
        port = re.search(r'\(port (\d+)\)', process.output())
        if name == 'bypass':
            self.port = int(port.group(1)) if found and port else 0

    def start_terminal(self, more=None, program=os.path.join(BIN, 'tillcued'), **proxy):
        self.screen, self.pos = free_port(), free_port()
        config = {'terminal': 'till-1', 'data_dir': 'terminal', 'bundle': bundle,
                  'store': {'id': 's1', 'name': 'Corner Shop', 'chain': 'demo', 'currency': 'USD'},
                  'pos': {'listen': f'127.0.0.1:{self.pos}'}, 'screen': {'listen': f'127.0.0.1:{self.screen}'},
                  'printer': {'profile': 'epson-tm-t88'}, 'proxy': {'tap': self.tap, **proxy}, **(more or {})}
        path = os.path.join(self.folder, 'tillcued.json')
        with open(path, 'w', encoding='utf-8') as out:
            json.dump(config, out)
        self.assertEqual(run('tillcued', '--config', path, '--check').stderr, '')
        before = self.connected()
        self.processes['terminal'] = Process(self.folder, 'terminal', [program, '--config', path])
        wait_until('the terminal', lambda: self.connected() > before)

    def metrics(self):
        return metrics_at(self.screen)

    def connected(self):
        """How often a terminal has come to the tap: a new one writes on in the log of the one before."""
        return len(self.told('proxy.connected')) if 'terminal' in self.processes else 0

    def told(self, event):
        return [line for line in self.processes['terminal'].output().splitlines() if f' {event} ' in line + ' ']

    @staticmethod
    def slip(number, offset):
        """What a daemon says to the tap: print this, at this place of the POS's stream."""
        return struct.pack('<cIQQ', b'I', 16 + 5, number, offset) + b'slip\n'

    @staticmethod
    def all_of(line):
        came = b''
        while block := line.recv(4096):
            came += block
        return came

    def send(self, data, chunk=None, seed=1):
        """As a POS: connect, print, half-close, wait until the other end hangs up."""
        chance = random.Random(seed)
        with socket.create_connection(('127.0.0.1', self.port), timeout=10) as till:
            till.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            at = 0
            while at < len(data):
                size = chunk or chance.choice((1, 3, 20, 200, 1500))
                till.sendall(data[at:at + size])
                at += size
            till.shutdown(socket.SHUT_WR)
            return self.all_of(till)

    def check_paper(self, data, jobs):
        """The receipts, whole, once and in order; between them questions and whole coupons, with or without the proof
        behind them: a printer too busy to answer is not asked for it."""
        at = 0
        for number, job in enumerate([*jobs, b'']):
            found = data.find(job, at) if job else len(data)
            self.assertNotEqual(found, -1, f'receipt {number} of {len(jobs)}; behind the one before: {data[at:at + 900]}')
            ours = re.sub(re.escape(POLLS) + b'|' + re.escape(PROOF), b'', data[at:found])
            self.assertTrue(ours == b'' or (ours.count(b'Coupon no.') >= 1 and b'CORNER SHOP\nReceipt' not in ours),
                            f'in front of receipt {number} of {len(jobs)}: {data[at:found]}')
            at = found + len(job)
