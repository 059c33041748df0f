#!/usr/bin/env python3
"""Between a POS and its printer, with the real programs: receipts get through, whole and in time, whatever the lines, the
printer, the bypass and the daemon do.

  TILLCUE_BIN=build/dev/bin tests/journeys/proxy_lines_test.py [-v] [Class.test]
"""
import os
import shutil
import signal
import socket
import threading
import time
import unittest

from programs import BIN, Process, Till, free_port, wait_until
from proxy_counter import PROOF, Counter, RawPrinter, receipt, setUpModule, tearDownModule  # noqa: F401  the shop


class ProxyLines(Counter):
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


if __name__ == '__main__':
    unittest.main()
