#!/usr/bin/env python3
"""What standing between POS and printer costs, beside socat doing nothing but pass bytes on.

  TILLCUE_BIN=build/dev/bin tests/bench/proxy_bench.py [--chunks N] [--receipts N]

Chunks of 1 to 1,500 bytes go through a line to a printer that notes when it has them; then receipts go through the
bypass with tillcued behind it, and the time from a receipt's last byte to its coupon's first is noted.
"""
import argparse
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'journeys'))
import proxy_counter as journey  # noqa: E402  the shop, the receipts, the raw printer
from programs import free_port, wait_until, listens  # noqa: E402


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def row(name, values, unit=1e3):
    print(f'{name:<34} p50 {percentile(values, .5) * unit:8.3f} ms   p99 {percentile(values, .99) * unit:8.3f} ms'
          f'   most {max(values) * unit:8.3f} ms   n {len(values)}')


class Sink:
    """Notes when bytes are there; says nothing back."""

    def __init__(self):
        self.server = socket.create_server(('127.0.0.1', 0))
        self.port = self.server.getsockname()[1]
        self.count, self.data = 0, b''
        self.news = threading.Condition()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            client, _ = self.server.accept()
            with client:
                while block := client.recv(65536):
                    at = time.monotonic()
                    with self.news:
                        self.count += len(block)
                        self.data += block
                        self.at = at
                        self.news.notify()


def chunk_delays(port, sink, chunks):
    chance, delays, sent = random.Random(3), [], b''
    with socket.create_connection(('127.0.0.1', port)) as till:
        till.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        before = sink.count
        for n in range(chunks):
            piece = (b'x' * chance.choice((1, 5, 40, 300, 1499)))[:-1] + b'\n'
            began = time.monotonic()
            till.sendall(piece)
            sent += piece
            with sink.news:
                while sink.count - before < len(sent):
                    sink.news.wait(5)
                if n >= 20:
                    delays.append(sink.at - began)
        assert sink.data[-len(sent):] == sent, 'bytes changed'
    return delays


class Counter(journey.Counter):
    def runTest(self):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--chunks', type=int, default=5000)
    parser.add_argument('--receipts', type=int, default=200)
    given = parser.parse_args()
    print('load', os.getloadavg()[0])
    sink = Sink()
    direct = chunk_delays(sink.port, sink, given.chunks)
    row('straight to the printer', direct)
    if shutil.which('socat'):
        port = free_port()
        relay = subprocess.Popen(['socat', '-b', '16384', f'TCP-LISTEN:{port},bind=127.0.0.1,nodelay,reuseaddr,fork',
                                  f'TCP:127.0.0.1:{sink.port},nodelay'])
        wait_until('socat', lambda: listens(port))
        row('through socat', chunk_delays(port, sink, given.chunks))
        relay.terminate()
    journey.setUpModule()
    counter = Counter()
    counter.setUp()
    try:
        counter.start_bypass(f'tcp:127.0.0.1:{sink.port}')
        row('through tillcue-bypass, no daemon', chunk_delays(counter.port, sink, given.chunks))
        counter.start_terminal()
        row('through tillcue-bypass, daemon', chunk_delays(counter.port, sink, given.chunks))
        counter.processes['bypass'].end()
        os.remove(counter.processes['bypass'].log)
        printer = journey.RawPrinter()
        counter.start_bypass(f'tcp:127.0.0.1:{printer.port}')
        wait_until('the daemon', lambda: counter.processes['terminal'].output().count('proxy.connected') >= 2)
        waits = []
        for n in range(given.receipts):
            job = journey.receipt(n)
            before = len(printer.data)
            counter.send(job, chunk=len(job))
            marks = [(at, size) for at, size in printer.times if size > before]
            last = next(at for at, size in marks if size >= before + len(job))
            first = [at for at, size in marks if size > before + len(job) + len(journey.POLLS)]
            if first:
                waits.append(first[0] - last)
        row('last receipt byte -> coupon', waits)
        print(f'coupons {len(waits)} of {given.receipts} receipts (the others held out or nothing to offer)')
    finally:
        counter.doCleanups()
        journey.tearDownModule()


if __name__ == '__main__':
    main()
