#!/usr/bin/env python3
"""Between a POS and its printer while the daemon is away, hangs or is hung up on, a POS breaks off, a printer is too busy
to answer or speaks another language.

  TILLCUE_BIN=build/dev/bin tests/journeys/proxy_away_test.py [-v] [Class.test]
"""
import os
import re
import signal
import socket
import time
import unittest

from programs import wait_until
from proxy_counter import PROOF, Counter, RawPrinter, receipt, setUpModule, tearDownModule  # noqa: F401  the same shop


class ProxyAway(Counter):
    def start_counter(self, *options, **more):
        printer = RawPrinter()
        self.addCleanup(printer.close)
        self.start_bypass(f'tcp:127.0.0.1:{printer.port}', *options)
        self.start_terminal(**more)
        return printer

    def test_receipts_printed_while_the_daemon_is_away_are_sales_all_the_same_each_once(self):
        printer = self.start_counter()
        self.send(receipt(1))
        wait_until('a coupon', lambda: self.told('coupon.printed'))

        def in_the_middle(number, meanwhile):
            job = receipt(number)
            with socket.create_connection(('127.0.0.1', self.port), timeout=10) as till:
                till.sendall(job[:70])
                wait_until('its beginning', lambda: printer.data.endswith(job[:70]))
                meanwhile()
                till.sendall(job[70:])
                till.shutdown(socket.SHUT_WR)
                self.all_of(till)

        def restart(how):
            self.processes['terminal'].end(how)
            self.start_terminal()
            wait_until('the bypass', lambda: self.metrics()['proxy_connects_total'] == 1)

        in_the_middle(2, lambda: self.processes['terminal'].end(signal.SIGKILL))
        self.send(receipt(3, ((3, 2), (5, 1))))
        self.start_terminal()
        wait_until('both', lambda: self.metrics()['proxy_sales_total'] == 2)
        self.assertEqual(self.metrics()['proxy_late_total'], 2)
        late = [line for line in self.told('receipt.read') if 'late=yes' in line]
        self.assertEqual([re.search(r'total=(\d+)', line).group(1) for line in late], ['280', '477'])
        self.assertEqual(printer.data.count(b'10 % off'), 1)  # theirs would have come to the next customer
        # One that is not over yet when the daemon comes back is read whole, and earns its coupon.
        in_the_middle(4, lambda: restart(signal.SIGTERM))
        wait_until('a coupon', lambda: printer.data.count(b'10 % off') == 2)
        self.assertEqual(self.metrics()['proxy_late_total'], 0)
        # What was told is not told again.
        restart(signal.SIGKILL)
        self.send(receipt(5))
        wait_until('its sale', lambda: self.metrics()['proxy_sales_total'] == 1)

    def test_a_daemon_that_was_hung_up_on_hears_each_receipt_once(self):
        printer = self.start_counter()
        terminal = self.processes['terminal'].process

        def replaced():
            with socket.socket(socket.AF_UNIX) as other:
                other.connect(self.tap)
                other.settimeout(10)
                other.recv(1)

        for number in range(1, 7):
            if number % 2:
                terminal.send_signal(signal.SIGSTOP)
            self.send(receipt(number))
            replaced()
            terminal.send_signal(signal.SIGCONT)
            wait_until('the receipt', lambda: self.metrics()['proxy_sales_total'] >= number)
            wait_until('the bypass', lambda: self.metrics()['print_line_lost'] == 0)
        time.sleep(0.5)
        self.assertEqual(self.metrics()['proxy_sales_total'], 6)
        self.assertEqual(self.metrics()['sales_finished_total'], 6)

    def test_a_pos_that_breaks_off_inside_a_picture_does_not_hide_the_next_receipt(self):
        printer = self.start_counter()
        self.send(b'\x1dv0\x00\x40\x00\x00\x01' + bytes(1000))  # of 16,384
        self.send(receipt(1))
        wait_until('the sale', lambda: self.metrics()['proxy_sales_total'] == 1)

    def test_a_printer_that_is_too_busy_to_answer_loses_no_receipt(self):
        printer = self.start_counter()
        self.send(receipt(1))
        wait_until('a coupon', lambda: self.told('coupon.printed'))
        printer.delay = 0.8  # longer than its status is waited for, and than an emulated bypass takes to ask for it
        jobs = [receipt(n) for n in range(2, 6)]
        for job in jobs:
            self.send(job)
        wait_until('the receipts', lambda: all(job in printer.data for job in jobs))
        self.check_paper(printer.data, [receipt(1), *jobs])
        self.assertNotIn(PROOF, printer.data[printer.data.rindex(receipt(5)):])

    def test_a_printer_that_is_unplugged_is_told_once_and_told_when_it_is_back(self):
        paper = os.path.join(self.folder, 'lp0')
        self.start_bypass(f'device:{paper}')
        said = self.processes['bypass'].output
        wait_until('its complaint', lambda: 'lp0: cannot be opened: No such file' in said())
        time.sleep(2)
        self.assertEqual(said().count('cannot be opened'), 1, said())
        os.mkfifo(paper)
        with open(os.open(paper, os.O_RDONLY | os.O_NONBLOCK), 'rb', closefd=True):
            wait_until('the printer', lambda: 'lp0: is back' in said())
            time.sleep(2)
        self.assertEqual(said().count('is back'), 1, said())

    def test_a_star_printer_gets_its_coupon_in_its_own_language_and_keeps_its_settings(self):
        printer = self.start_counter('--language', 'star', more={'printer': {'profile': 'star-line'}})
        job = b'\x1b\x1dt\x20\x1b\x1da\x01\x1bE' + receipt(1, cut=b'\x1bd\x03') + b'\x07'  # and the drawer
        self.send(job)
        wait_until('the coupon', lambda: self.told('coupon.printed') or self.told('coupon.unconfirmed'))
        ours = printer.data[len(job):]
        self.assertEqual(printer.data[:len(job)], job)
        self.assertIn(b'10 % off', ours)
        self.assertTrue(ours.startswith(b'\x1bF\x1b\x1da\x00'), ours)  # nothing is asked, plain first
        self.assertTrue(ours.endswith(b'\x1bd\x03\x1bE\x1b\x1da\x01'), ours)  # and as it was
        # The other language is refused, not printed.
        self.processes['terminal'].end(signal.SIGTERM)
        self.start_terminal()
        before = len(printer.data)
        self.send(job)
        wait_until('the sale', lambda: self.metrics()['sales_finished_total'] == 1)
        time.sleep(0.3)
        self.assertEqual(printer.data[before:], job)


if __name__ == '__main__':
    unittest.main()
