#!/usr/bin/env python3
"""From the till's `finish` to the coupon's bytes at the printer, with the real tillcued on loopback.

  TILLCUE_BIN=build/release/bin tests/bench/paper_bench.py [--sales 400] [--script zh]

Makes a sample store and a bundle; a printer that answers as a real one notes when the first and the last byte of each
coupon arrive. --script zh gives the items Chinese names, so that each coupon is painted. Prints p50/p99, memory with
and without the painter.
"""
import argparse
import csv
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

from meter import Meter

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'journeys'))
from programs import BIN, Till, listens, wait_until  # noqa: E402

ANSWERS = {1: b'\x16', 2: b'\x12', 4: b'\x12'}


class Printer(threading.Thread):
    """Answers status, takes jobs; one (first, last, bytes) a job."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.jobs = []

    def run(self):
        while True:
            line, _ = self.listener.accept()
            with line:
                self.serve(line)

    def serve(self, line):
        first = last = None
        size = 0
        while chunk := line.recv(65536):
            now = time.perf_counter()
            if chunk.startswith(b'\x10\x04') and len(chunk) <= 9:
                line.sendall(b''.join(ANSWERS[n] for n in chunk[2::3]))
                continue
            first = first or now
            last = now
            size += len(chunk)
            if chunk.endswith(b'\x1dr\x01'):
                line.sendall(b'\0')
                self.jobs.append((first, last, size))


def percentiles(values):
    ordered = sorted(values)
    at = lambda share: ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000  # noqa: E731
    return f'p50 {at(.5):.1f} ms, p99 {at(.99):.1f} ms, most {ordered[-1] * 1000:.1f} ms'


def chinese(folder):
    rows = list(csv.reader(open(os.path.join(folder, 'items.csv'), encoding='utf-8')))
    name = rows[0].index('name')
    for number, row in enumerate(rows[1:]):
        row[name] = f'芝麻黑麦脆面包 {number}号'
    with open(os.path.join(folder, 'items.csv'), 'w', encoding='utf-8', newline='') as out:
        csv.writer(out).writerows(rows)


def memory(pid):
    rss, _, dirty = Meter(pid).memory()
    return f'RSS {rss:.1f} MB, private dirty {dirty:.1f} MB'


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument('--sales', type=int, default=400)
    options.add_argument('--script', choices=['latin', 'zh'], default='latin')
    options.add_argument('--painter', default='auto')
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([f'{BIN}/tillcue-models', 'sample', '--out', folder], check=True, capture_output=True)
        if given.script == 'zh':
            chinese(folder)
        subprocess.run([f'{BIN}/tillcue-models', 'build', '--transactions', f'{folder}/transactions.csv', '--items',
                        f'{folder}/items.csv', '--campaigns', f'{folder}/campaigns.json', '--out', f'{folder}/b.bundle'],
                       check=True, capture_output=True)
        printer = Printer()
        printer.start()
        pos = socket.create_server(('127.0.0.1', 0)).getsockname()[1]
        config = {'terminal': 'till-1', 'data_dir': 'data', 'bundle': 'b.bundle',
                  'store': {'id': 's1', 'name': 'Corner Shop', 'chain': 'demo', 'currency': 'EUR'},
                  'pos': {'listen': f'127.0.0.1:{pos}'}, 'screen': {'listen': '127.0.0.1:0'},
                  'printer': {'address': f'127.0.0.1:{printer.port}', 'painter': given.painter}}
        with open(f'{folder}/till.json', 'w', encoding='utf-8') as out:
            json.dump(config, out)
        daemon = subprocess.Popen([f'{BIN}/tillcued', '--config', f'{folder}/till.json'], stderr=subprocess.PIPE)
        log = threading.Thread(target=lambda: found.extend(daemon.stderr), daemon=True)
        found = []
        log.start()
        try:
            measure(given, folder, printer, pos, daemon)
        finally:
            daemon.terminate()
            daemon.wait()
        late = sum(b'painted_too_late' in line for line in found)
        print(f'painted too late and spelled instead: {late}')


def measure(given, folder, printer, pos, daemon):
    wait_until('the terminal', lambda: listens(pos))
    time.sleep(2)  # idle: bundle open, fonts looked at
    print('before the first sale:', memory(daemon.pid))
    baskets = {}
    with open(f'{folder}/today.csv', encoding='utf-8') as rows:
        for row in csv.DictReader(rows):
            baskets.setdefault(row['basket_id'], []).append(row['sku'])
    baskets = [basket for basket in baskets.values() if len(set(basket)) == len(basket)]
    till = Till(pos)
    till.ok('hello', protocol=1, till='bench')
    begun, done, sizes = [], [], []
    for number in range(given.sales):
        sale, seen = f's{number}', len(printer.jobs)
        till.ok('begin', sale=sale)
        for line, sku in enumerate(baskets[number % len(baskets)], 1):
            till.ok('add', sale=sale, line=line, sku=sku, price=199)
        till.ok('tender', sale=sale)
        start = time.perf_counter()
        till.ok('finish', sale=sale)
        end = start + 0.4
        while len(printer.jobs) == seen and time.perf_counter() < end:
            time.sleep(0.002)
        for first, last, size in printer.jobs[seen:]:
            begun.append(first - start)
            done.append(last - start)
            sizes.append(size)
    print(f'{len(done)} coupons of {given.sales} sales, {min(sizes)} to {max(sizes)} bytes')
    print('finish -> first byte at the printer:', percentiles(begun))
    print('finish -> last byte at the printer: ', percentiles(done))
    print('after the last sale:', memory(daemon.pid))


main()
