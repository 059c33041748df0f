#!/usr/bin/env python3
"""Between a POS and its printer, with the real programs: what receipts, displays and printers say becomes sales, and
coupons their place.

  TILLCUE_BIN=build/dev/bin tests/journeys/proxy_test.py [-v] [Class.test]
"""
import glob
import json
import os
import random
import re
import signal
import socket
import time
import unittest

from programs import SHARED, Till, run, wait_until
from proxy_counter import NAMES, POLLS, PRICES, PROOF, Counter, RawPrinter, receipt, setUpModule, tearDownModule  # noqa: F401  the shop

SAMPLES = os.path.join(SHARED, 'data', 'escpos')


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
