#!/usr/bin/env python3
"""Between a POS and its printer, with the real programs: tillcue-bypass, tillcued and the virtual printer.

  TILLCUE_BIN=build/dev/bin tests/journeys/proxy_test.py [-v] [Class.test]
"""
import glob
import json
import os
import random
import re
import shutil
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
import unittest

from programs import BIN, SHARED, Process, Till, free_port, metrics_at, run, wait_until

SAMPLES = os.path.join(SHARED, 'data', 'escpos')
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


class Proxy(Counter):
    def test_every_sample_goes_through_unchanged_and_only_sales_get_a_coupon_behind_their_cut(self):
        if not os.path.isdir(SAMPLES):
            self.skipTest('no samples')
        printer = RawPrinter()
        self.addCleanup(printer.close)
        self.start_bypass(f'tcp:127.0.0.1:{printer.port}', '--linger', '250')
        self.start_terminal()
        coupons = 0
        paths = sorted(glob.glob(os.path.join(SAMPLES, 'edge', '*.bin')) + glob.glob(os.path.join(SAMPLES, 'files', '*.bin')))
        for path in paths:
            with open(path, 'rb') as file:
                sample = file.read()
            before = len(printer.data)
            self.send(sample, seed=len(sample))
            wait_until(path, lambda: len(printer.data) - before >= len(sample))
            time.sleep(0.02)
            printed = printer.data[before:]
            self.assertEqual(printed[:len(sample)], sample, path)
            ours = printed[len(sample):]
            if ours in (b'', POLLS):
                continue
            self.assertTrue(ours.startswith(POLLS) and ours.endswith(PROOF), (path, ours))
            self.assertIn(b'10 % off', ours)
            self.assertTrue(os.path.exists(path.replace('.bin', '.expected.json')), path)
            self.assertNotIn('star', path.lower())  # our slips are ESC/POS
            if 'chromispos' in path:  # sent ESC t 19 once at its start
                self.assertEqual(ours.count(b'\x1dVB'), 1)
            coupons += 1
        self.assertGreaterEqual(len(paths), 70)
        self.assertGreaterEqual(coupons, 4)
        read = [line for line in self.told('receipt.read') if 'kind=sale' in line]
        self.assertTrue(any('total=705 ' in line for line in read), read)

    def test_single_bytes_a_drawer_kick_and_a_poll_from_the_pos_change_nothing(self):
        printer = RawPrinter()
        self.addCleanup(printer.close)
        self.start_bypass(f'tcp:127.0.0.1:{printer.port}')
        self.start_terminal()
        job = b'\x10\x04\x01' + b'\x1bt\x13\x1ba\x01' + receipt(1) + b'\x1bp\x00\x19\xfa'
        answers = self.send(job, chunk=1)
        self.assertEqual(answers, b'\x12')  # its own poll, not ours
        self.assertEqual(printer.data[:len(job)], job)
        ours = printer.data[len(job):]
        self.assertIn(b'10 % off', ours)
        self.assertTrue(ours.startswith(POLLS + b'\x1ba\x00'), ours)  # plain first
        self.assertTrue(ours.endswith(b'\x1ba\x01' + PROOF), ours)    # and as it was
        wait_until('the proof', lambda: self.told('coupon.printed'))

    def test_reports_drawers_and_copies_get_nothing(self):
        printer = RawPrinter()
        self.addCleanup(printer.close)
        self.start_bypass(f'tcp:127.0.0.1:{printer.port}')
        self.start_terminal()
        jobs = [b'\x1bp\x00\x19\xfa', b'*** REPRINT ***\n' + receipt(2), b'Z REPORT\nCash 120.00\nTOTAL 120.00\n\x1dV\x00',
                b'KITCHEN\n2 Soup\n\x1dV\x00', b'VISA\nTOTAL 12.00\nCUSTOMER COPY\n\x1dV\x00']
        for job in jobs:
            self.send(job)
        self.assertEqual(printer.data, b''.join(jobs))

    def test_a_receipt_that_does_not_add_up_is_a_sale_without_a_coupon(self):
        printer = RawPrinter()
        self.addCleanup(printer.close)
        self.start_bypass(f'tcp:127.0.0.1:{printer.port}')
        self.start_terminal()
        whole = receipt(1)
        short = whole.replace(NAMES[1].encode(), b'unread'.ljust(len(NAMES[1])), 1).replace(b'2 x 0.80     1.60', b'2 x 0.80     1.70')
        self.assertNotEqual(short, whole)
        self.send(short)
        wait_until('the sale', lambda: self.told('sale.closed'))
        self.assertTrue(any('adds_up=no' in line for line in self.told('receipt.read')))
        self.assertEqual(printer.data, short)
        self.send(whole)
        wait_until('a coupon for the one that does', lambda: self.told('coupon.printed'))

    def test_receipts_print_whole_and_in_order_while_the_daemon_is_killed_stopped_and_started(self):
        printer = RawPrinter()
        self.addCleanup(printer.close)
        self.start_bypass(f'tcp:127.0.0.1:{printer.port}')
        self.start_terminal()
        sent, slowest = [], 0.0

        def print_some(count, meanwhile=None):
            nonlocal slowest
            for n in range(count):
                job = receipt(len(sent))
                began = time.monotonic()
                with socket.create_connection(('127.0.0.1', self.port), timeout=10) as till:
                    till.sendall(job[:60])
                    if meanwhile and n == 0:
                        meanwhile()
                        began = time.monotonic()  # a process that waits for a busy disk takes seconds to die
                    till.sendall(job[60:])
                    while job not in printer.data:
                        time.sleep(0.001)
                        self.assertLess(time.monotonic() - began, 5, f'receipt {len(sent)} did not print; last: {printer.data[-900:]}')
                    slowest = max(slowest, time.monotonic() - began)
                sent.append(job)

        terminal = self.processes['terminal']
        print_some(5)
        print_some(10, meanwhile=lambda: terminal.process.send_signal(signal.SIGSTOP))
        print_some(10, meanwhile=lambda: terminal.process.send_signal(signal.SIGCONT))
        print_some(10, meanwhile=lambda: terminal.end(signal.SIGKILL))
        print_some(10, meanwhile=self.start_terminal)
        self.check_paper(printer.data, sent)
        self.assertLess(slowest, 1.0)
        # And the daemon that came back reads and prints again, with the state the bypass kept.
        # A printer too busy to answer in time is asked no more for a minute: then it comes without proof.
        def given():
            return len(self.told('coupon.printed')) + len(self.told('coupon.unconfirmed'))

        before = given()

        def again():
            self.send(receipt(99))  # one may come when the printer or the machine is too busy for its coupon
            return given() > before

        wait_until('a coupon again', again)

    def test_under_load_receipts_print_within_a_second_while_the_daemon_is_killed_hangs_and_is_upgraded(self):
        printer = RawPrinter()
        self.addCleanup(printer.close)
        self.start_bypass(f'tcp:127.0.0.1:{printer.port}')
        programs = os.path.join(self.folder, 'bin')
        os.mkdir(programs)
        shutil.copy(os.path.join(BIN, 'tillcued'), programs)
        self.start_terminal(program=os.path.join(programs, 'tillcued'))
        receipts, over = [], threading.Event()

        def print_without_pause():
            while not over.is_set():
                job, began = receipt(len(receipts)), time.monotonic()
                self.send(job, chunk=500)
                while job not in printer.data and time.monotonic() - began < 10:
                    time.sleep(0.001)
                receipts.append((job, time.monotonic() - began))

        def sell_without_pause():
            number = 0
            while not over.is_set():
                till = None
                try:
                    till = Till(self.pos)
                    till.ok('hello', protocol=1, till='lane-2', software='journey')
                    while not over.is_set():
                        number += 1
                        till.ring_up(f'busy-{number}', ['p0', 'p1', 'p2'])
                except OSError:
                    time.sleep(0.01)
                finally:
                    if till:
                        till.close()

        busy = [threading.Thread(target=work, daemon=True) for work in (print_without_pause, sell_without_pause)]
        for thread in busy:
            thread.start()

        def goes_on(more=3):
            wanted = len(receipts) + more
            wait_until('receipts', lambda: len(receipts) >= wanted)

        goes_on()
        self.processes['terminal'].end(signal.SIGKILL)
        goes_on()
        self.start_terminal(program=os.path.join(programs, 'tillcued'))
        goes_on()
        self.processes['terminal'].process.send_signal(signal.SIGSTOP)
        goes_on(6)
        self.processes['terminal'].process.send_signal(signal.SIGCONT)
        goes_on()
        # As dpkg does it: the new program takes the old one's name while that runs, then the service is started anew.
        shutil.copy(os.path.join(BIN, 'tillcued'), os.path.join(programs, 'tillcued.dpkg-new'))
        os.rename(os.path.join(programs, 'tillcued.dpkg-new'), os.path.join(programs, 'tillcued'))
        goes_on()
        self.assertEqual(self.processes['terminal'].end(), 0)
        self.start_terminal(program=os.path.join(programs, 'tillcued'))
        goes_on()
        over.set()
        for thread in busy:
            thread.join(30)
        self.check_paper(printer.data, [job for job, _ in receipts])
        self.assertLess(max(took for _, took in receipts), 1.0, [round(took, 3) for _, took in receipts])

    def test_an_answer_that_comes_late_does_not_reset_the_line_of_the_job_before(self):
        """A reset may cost what the printer has not printed yet."""
        with socket.create_server(('127.0.0.1', 0)) as server:
            server.settimeout(10)
            self.start_bypass(f'tcp:127.0.0.1:{server.getsockname()[1]}')

            def job(number):
                thread = threading.Thread(target=self.send, args=(receipt(number),), daemon=True)
                thread.start()
                self.addCleanup(thread.join, 10)
                line, _ = server.accept()
                line.settimeout(10)
                self.addCleanup(line.close)
                return line

            before = job(1)
            self.assertEqual(self.all_of(before), receipt(1))
            after = job(2)
            for _ in range(2):  # a line that is gone resets at the first and breaks at the second
                before.sendall(bytes.fromhex('1400000f'))
                time.sleep(0.1)
            self.assertEqual(before.recv(1), b'')
            self.assertEqual(self.all_of(after), receipt(2))

    def test_a_line_that_no_job_holds_is_given_back(self):
        """A network printer may serve other tills."""
        with socket.create_server(('127.0.0.1', 0)) as server, socket.socket(socket.AF_UNIX) as daemon:
            self.start_bypass(f'tcp:127.0.0.1:{server.getsockname()[1]}', '--no-status')
            daemon.connect(self.tap)
            daemon.sendall(self.slip(1, 0))
            line, _ = server.accept()
            with line:
                line.settimeout(15)
                self.assertIn(b'slip\n', self.all_of(line))

    def test_a_printer_that_takes_nothing_is_waited_for_asleep(self):
        fifo = os.path.join(self.folder, 'lp')
        with socket.create_server(('127.0.0.1', 0)) as server:
            self.start_bypass(f'tcp:127.0.0.1:{server.getsockname()[1]}', pos=f'fifo:{fifo}')
            pos = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
            self.addCleanup(os.close, pos)
            full = 0
            while full < 20:
                try:
                    os.write(pos, b'x' * 4096)
                    full = 0
                except BlockingIOError:
                    time.sleep(0.02)
                    full += 1
            time.sleep(5.5)  # longer than an idle line is kept

            def worked():
                with open(f'/proc/{self.processes["bypass"].process.pid}/stat', encoding='utf-8') as stat:
                    return sum(map(int, stat.read().rsplit(')', 1)[1].split()[11:13])) / os.sysconf('SC_CLK_TCK')

            before = worked()
            time.sleep(1)
            self.assertLess(worked() - before, 0.2)

    def test_a_daemon_that_is_gone_before_its_slips_are_answered_takes_nothing_with_it(self):
        printer = RawPrinter()
        self.addCleanup(printer.close)
        self.start_bypass(f'tcp:127.0.0.1:{printer.port}')
        bypass = self.processes['bypass']
        with socket.socket(socket.AF_UNIX) as daemon:
            daemon.connect(self.tap)
            self.assertEqual(daemon.recv(1), b'H')
            bypass.process.send_signal(signal.SIGSTOP)
            daemon.sendall(self.slip(1, 12345) * 3)  # at no place of the stream: refused at once
        bypass.process.send_signal(signal.SIGCONT)
        wait_until('the loss', lambda: 'daemon gone' in bypass.output())
        self.send(receipt(1))
        self.assertEqual(printer.data, receipt(1))
        self.assertEqual(bypass.output().count('daemon gone'), 1)

    def test_a_slow_printer_makes_the_pos_wait_and_loses_nothing(self):
        printer = RawPrinter()
        self.addCleanup(printer.close)
        printer.delay = 0.002
        self.start_bypass(f'tcp:127.0.0.1:{printer.port}')
        job = b'\x1dv0\x00\x40\x00\x00\x10' + bytes(range(256)) * 1024 + receipt(1)  # 256 KiB of picture
        self.send(job, chunk=65536)
        self.assertEqual(printer.data, job)

    def test_a_printer_that_is_away_is_told_to_the_pos_and_comes_back(self):
        port = free_port()
        self.start_bypass(f'tcp:127.0.0.1:{port}')
        with self.assertRaises(OSError):
            self.send(receipt(1))
        with socket.create_server(('127.0.0.1', port)) as server:
            with socket.create_connection(('127.0.0.1', self.port), timeout=10) as till:
                till.sendall(receipt(2))
                client, _ = server.accept()
                with client:
                    client.settimeout(10)
                    got = b''
                    while len(got) < len(receipt(2)):
                        got += client.recv(4096)
        self.assertEqual(got, receipt(2))

    def test_a_fifo_and_a_serial_line_carry_receipts_too(self):
        master, slave = os.openpty()
        self.addCleanup(os.close, master)
        name = os.ttyname(slave)
        fifo = os.path.join(self.folder, 'lp')
        self.start_bypass(f'serial:{name},115200,none', pos=f'fifo:{fifo}')
        self.start_terminal()
        job = receipt(1)
        with open(fifo, 'wb') as till:
            till.write(job)
        got, end = b'', time.monotonic() + 10
        os.set_blocking(master, False)
        while PROOF not in got and time.monotonic() < end:
            try:
                block = os.read(master, 4096)
            except BlockingIOError:
                time.sleep(0.005)
                continue
            got += block
            answers = b'\x12' * block.count(b'\x10\x04') + b'\x00' * block.count(PROOF)
            if answers:
                os.write(master, answers)
        os.close(slave)
        self.assertEqual(got[:len(job)], job)
        self.assertIn(b'10 % off', got[len(job):])

    def test_on_the_same_paper_the_coupon_comes_before_the_cut_or_the_cut_goes_without_it(self):
        printer = RawPrinter()
        self.addCleanup(printer.close)
        # Long enough that on a busy machine the decision itself is not what this test measures.
        self.start_bypass(f'tcp:127.0.0.1:{printer.port}', '--same-paper', '1000')
        self.start_terminal(same_paper=True)
        job = receipt(1, cut=b'')
        self.send(job + b'\x1dVB\x00')
        self.assertEqual(printer.data[:len(job)], job)
        self.assertIn(b'10 % off', printer.data)
        self.assertEqual(printer.data.count(b'\x1dVB'), 1)
        self.assertGreater(printer.data.index(b'\x1dVB'), printer.data.index(b'10 % off'))
        # A daemon that hangs costs the coupon and that second.
        self.processes['terminal'].process.send_signal(signal.SIGSTOP)
        before, began = len(printer.data), time.monotonic()
        with socket.create_connection(('127.0.0.1', self.port), timeout=10) as till:
            till.sendall(job + b'\x1dVB\x00')
            wait_until('the cut', lambda: printer.data[before:] == job + b'\x1dVB\x00', patience=10)
        self.assertLess(time.monotonic() - began, 3.0)

    def test_a_bypass_that_is_killed_is_started_anew_behind_the_same_socket_and_refuses_nobody(self):
        printer = RawPrinter()
        self.addCleanup(printer.close)
        held = socket.create_server(('127.0.0.1', 0))  # as systemd holds it
        self.addCleanup(held.close)
        self.port = held.getsockname()[1]
        command = (f'exec 3<&{held.fileno()}; LISTEN_PID=$$ LISTEN_FDS=1 exec {os.path.join(BIN, "tillcue-bypass")} '
                   f'--pos tcp:127.0.0.1:{self.port} --printer tcp:127.0.0.1:{printer.port} --tap {self.tap}')

        def start(name):
            self.processes[name] = Process(self.folder, name, ['sh', '-c', command], pass_fds=[held.fileno()])

        start('first')
        self.send(receipt(1))
        self.processes['first'].end(signal.SIGKILL)
        with socket.create_connection(('127.0.0.1', self.port), timeout=10) as till:  # nobody is there: it waits
            till.sendall(receipt(2))
            start('second')
            whole = receipt(1) + receipt(2)
            wait_until('the receipt', lambda: printer.data == whole)

    def test_a_form_of_receipts_that_nobody_declared_is_learned_and_outlasts_a_restart(self):
        printer = RawPrinter()
        self.addCleanup(printer.close)
        self.start_bypass(f'tcp:127.0.0.1:{printer.port}')
        self.start_terminal(layout='learn')
        chance = random.Random(5)

        def strange(number, lines=None):
            lines = lines or [(n, chance.randint(1, 3)) for n in chance.sample(range(len(NAMES)), chance.randint(1, 4))]
            total = sum(round(PRICES[n] * 100) * count for n, count in lines) / 100
            text = f'KIOSKI\nNro {number}\n' + ''.join(
                f'{count:2d}{PRICES[n]:6.2f}{PRICES[n] * count:7.2f}{27:6.2f}  {NAMES[n]}\n' for n, count in lines)
            return (text + f'{total:15.2f}  YHTEENSA\n\n\n').encode() + b'\x1dVB\x00'

        sent = b''
        for number in range(14):
            before = self.metrics()['proxy_slips_total']
            sent += (job := strange(number))
            self.send(job)
            wait_until('the slip', lambda: self.metrics()['proxy_slips_total'] == before + 1)
        self.assertEqual(printer.data, sent)  # not understood: no coupon
        wait_until('the layout', lambda: self.told('layout.learned'))
        self.assertEqual(self.metrics()['layout_learned'], 1)
        self.send(strange(90, [(0, 1), (1, 2)]))
        wait_until('a coupon', lambda: self.told('coupon.printed'))
        self.processes['terminal'].end(signal.SIGTERM)
        self.start_terminal(layout='learn')
        wait_until('the bypass', lambda: self.metrics()['print_line_lost'] == 0)
        before = len(self.told('coupon.printed'))
        self.send(strange(91, [(0, 1), (1, 2)]))
        wait_until('a coupon again', lambda: len(self.told('coupon.printed')) > before)
        self.assertEqual(self.metrics()['layout_searches_total'], 0)

    def test_a_display_on_a_port_of_its_own_gives_live_items_and_the_receipt_is_right(self):
        printer, (master, slave) = RawPrinter(), os.openpty()
        self.addCleanup(printer.close)
        self.addCleanup(os.close, master)
        tap, port = os.path.join(self.folder, 'display-tap'), os.path.join(self.folder, 'ttyVFD')
        self.start_bypass(f'tcp:127.0.0.1:{printer.port}')
        self.start_bypass(f'serial:{os.ttyname(slave)},9600,none', '--no-status', pos=f'pty:{port}', name='display', tap=tap)
        self.start_terminal(more={'display': {'tap': tap}})
        wait_until('the display', lambda: self.told('display.connected'))
        cashier = Till(self.pos)  # shows hints, as a cashier page would
        self.addCleanup(cashier.close)
        cashier.ok('hello', protocol=1, till='watcher')
        shown = b''

        def show(upper, lower):
            nonlocal shown
            frame = b'\x0c\x0b' + f'{upper:<20.20}{lower:>20.20}'.encode()
            shown += frame
            with open(port, 'wb', buffering=0) as pos:
                for at in range(0, len(frame), 20):
                    pos.write(frame[at:at + 20])

        def lines():
            return self.metrics()['lines_total']

        def item(n, count=1):
            before = lines()
            show(NAMES[n], f'x{count} ${PRICES[n] * count:.2f}')
            wait_until(f'the line of {NAMES[n]}', lambda: lines() == before + 1)

        item(0)
        self.assertEqual(self.metrics()['sales_open'], 1)
        item(1)
        item(1)  # the same once more is one more
        item(2)
        self.assertGreater(self.metrics()['hints_total'], 0)  # while it is rung up
        show('', '')  # the last one taken back
        show('Total:', '$2.80')
        time.sleep(0.3)
        self.send(receipt(1, ((0, 1), (1, 2))))
        wait_until('the sale', lambda: self.told('sale.closed'))
        closed = self.told('sale.closed')[0]
        self.assertIn('total="2.80 USD" lines=2', closed)
        wait_until('a coupon behind the receipt', lambda: self.told('coupon.printed'))
        self.assertEqual(self.metrics()['sales_begun_total'], 1)
        self.assertEqual(self.metrics()['names_open_total'], 0)
        self.assertEqual(printer.data.count(b'10 % off'), 1)
        got, end = b'', time.monotonic() + 5
        os.set_blocking(master, False)
        while len(got) < len(shown) and time.monotonic() < end:
            try:
                got += os.read(master, 4096)
            except BlockingIOError:
                time.sleep(0.01)
        self.assertEqual(got, shown)  # the display saw what the POS wrote
        # The port is lost: told, and the counter goes on with receipts alone.
        self.processes['display'].end(signal.SIGKILL)
        wait_until('the loss', lambda: self.metrics()['display_line_lost'] == 1)
        self.send(receipt(2))
        wait_until('a coupon still', lambda: len(self.told('coupon.printed')) == 2)
        os.close(slave)

    def test_a_till_that_speaks_itself_needs_its_receipts_only_as_a_place_for_coupons(self):
        printer = RawPrinter()
        self.addCleanup(printer.close)
        self.start_bypass(f'tcp:127.0.0.1:{printer.port}')
        self.start_terminal(sales=False)
        till = Till(self.pos)
        self.addCleanup(till.close)
        till.ok('hello', protocol=1, till='lane-1')

        def ring_up(sale):
            till.ok('begin', sale=sale)
            for line, n in enumerate((0, 1), 1):
                till.ok('add', sale=sale, line=line, sku=f'p{n}', price=round(PRICES[n] * 100))
            till.ok('tender', sale=sale)

        def printed(count):
            wait_until('the coupon', lambda: len(self.told('coupon.printed')) == count)

        jobs = [receipt(1, ((0, 1), (1, 1))), receipt(2, ((0, 1), (1, 1)))]
        ring_up('before')  # finished before its receipt prints
        till.ok('finish', sale='before')
        self.send(jobs[0])
        printed(1)
        ring_up('after')  # and a moment behind it
        self.send(jobs[1])
        till.ok('finish', sale='after')
        printed(2)
        self.assertEqual(self.metrics()['sales_finished_total'], 2)  # each sale once
        self.assertEqual(self.metrics()['proxy_sales_total'], 2)
        at = [printer.data.index(job) for job in jobs]
        coupons = [m.start() for m in re.finditer(b'10 % off', printer.data)]
        self.assertEqual(len(coupons), 2)
        self.assertLess(at[0] + len(jobs[0]), coupons[0])
        self.assertLess(coupons[0], at[1])
        self.assertLess(at[1] + len(jobs[1]), coupons[1])
        # A receipt nobody told of is no sale.
        self.send(receipt(3))
        wait_until('the third', lambda: self.metrics()['proxy_sales_total'] == 3)
        self.assertEqual(self.metrics()['sales_finished_total'], 2)

    def test_what_the_printer_says_of_itself_is_known_between_coupons(self):
        with socket.create_server(('127.0.0.1', 0)) as server:
            self.start_bypass(f'tcp:127.0.0.1:{server.getsockname()[1]}')
            self.start_terminal()
            till = socket.create_connection(('127.0.0.1', self.port), timeout=10)
            self.addCleanup(till.close)
            till.sendall(b'\x1da\xff')  # the POS switches automatic status on
            client, _ = server.accept()
            self.addCleanup(client.close)
            client.sendall(b'\x10\x00\x0c\x00')
            wait_until('no paper', lambda: self.metrics()['printer_paper_out'] == 1)
            client.sendall(b'\x30\x00\x00\x00')
            wait_until('the cover', lambda: self.metrics()['printer_cover_open'] == 1)
            client.sendall(b'\x10\x00\x03\x00')
            wait_until('well again', lambda: self.metrics()['printer_cover_open'] == 0)
            self.assertEqual(self.metrics()['printer_paper_low'], 1)
            self.assertEqual(len(self.told('printer.trouble')), 2)
            self.assertEqual(self.metrics()['print_line_lost'], 0)

    def test_bad_settings_are_told(self):
        for options, said in ((['--pos', 'tcp:127.0.0.1:0'], '--printer'), (['--pos', 'usb:1'], 'is no line'),
                              (['--linger', 'soon'], 'whole number'), (['--speed'], 'no such option')):
            done = run('tillcue-bypass', *options, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)
        path = os.path.join(self.folder, 'bad.json')
        with open(path, 'w', encoding='utf-8') as out:
            json.dump({'terminal': 't', 'data_dir': 'd', 'store': {'id': 's', 'name': 'S', 'chain': 'c', 'currency': 'EUR'},
                       'printer': {'address': '127.0.0.1:9100'}, 'proxy': {'tap': 'tap', 'quiet_ms': 5}}, out, indent=1)
        done = run('tillcued', '--config', path, '--check', check=False)
        self.assertEqual(done.returncode, 2)
        for said in ('proxy.tap: must be an absolute path', 'proxy.quiet_ms', 'leave out address'):
            self.assertIn(said, done.stderr)
        layout = os.path.join(self.folder, 'layout.json')
        with open(layout, 'w', encoding='utf-8') as out:
            out.write('{"name_columns": [0], "totals": ["X"]}')
        with open(path, 'w', encoding='utf-8') as out:
            json.dump({'terminal': 't', 'data_dir': 'd', 'store': {'id': 's', 'name': 'S', 'chain': 'c', 'currency': 'EUR'},
                       'proxy': {'tap': '/run/tap', 'layout': 'layout.json'}}, out)
        done = run('tillcued', '--config', path, '--check', check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn('name_columns: must be two columns', done.stderr)
        self.assertIn('totals: is not a known field', done.stderr)


if __name__ == '__main__':
    unittest.main()
