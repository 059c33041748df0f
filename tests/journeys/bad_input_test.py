#!/usr/bin/env python3
"""Everybody who can reach a terminal's counter behaves badly, with the real daemon, and a till goes on selling.

  TILLCUE_BIN=build/dev/bin tests/journeys/bad_input_test.py [-v] [Class.test]
"""
import base64
import json
import os
import random
import shutil
import socket
import struct
import subprocess
import threading
import time
import unittest

from programs import BIN, Shop, Till, free_port, sample_store, wait_until

ORIGIN = 'http://odoo.shop:8069'


def setUpModule():
    global store, bundle
    store, bundle = sample_store('bad-input', 20)


def tearDownModule():
    shutil.rmtree(store, ignore_errors=True)


def upgrade(path, port, origin=None, host=None):
    """A WebSocket handshake; the status line and headers of the answer."""
    lines = [f'GET {path} HTTP/1.1', f'Host: {host or f"127.0.0.1:{port}"}', 'Upgrade: websocket', 'Connection: Upgrade',
             'Sec-WebSocket-Key: ' + base64.b64encode(b'0123456789abcdef').decode(), 'Sec-WebSocket-Version: 13']
    return ask(port, lines + ([f'Origin: {origin}'] if origin else []))


def ask(port, lines, body=b''):
    with socket.create_connection(('127.0.0.1', port), timeout=5) as client:
        client.sendall('\r\n'.join(lines + ['', '']).encode() + body)
        answer = b''
        while b'\r\n\r\n' not in answer and (part := client.recv(4096)):
            answer += part
    return answer.decode('latin-1')


class BadInput(unittest.TestCase):
    def setUp(self):
        self.shop = Shop()
        self.addCleanup(self.shop.close)
        self.ports = {name: free_port() for name in ('websocket', 'odoo', 'unicenta', 'text')}

    def open_shop(self, **more):
        at = {name: f'127.0.0.1:{port}' for name, port in self.ports.items()}
        self.shop.start_terminal(more={
            'bundle': bundle, 'sync': None,
            'pos': {'listen': f'127.0.0.1:{self.shop.pos}', 'unix': 'pos.sock', 'websocket': at['websocket']},
            'feeds': {'odoo': {'listen': at['odoo'], 'origins': [ORIGIN]}, 'unicenta': {'listen': f'tcp://{at["unicenta"]}'},
                      'text': {'source': f'tcp://{at["text"]}', 'layout': {'total': ['TOTAL {amount}'],
                               'closed': ['CHANGE {amount}'], 'item': ['{name} {amount}']}}}, **more})

    def till(self):
        till = Till(self.shop.pos)
        self.addCleanup(till.close)
        till.ok('hello', protocol=1, till='lane-1')
        return till

    def skus(self, count=3):
        with open(os.path.join(store, 'items.csv'), encoding='utf-8') as rows:
            return [row.split(',')[0] for row in rows.read().splitlines()[1:count + 1]]

    def descriptors(self):
        return len(os.listdir(f'/proc/{self.shop.processes["terminal"].process.pid}/fd'))

    def sell(self, till, sale, skus=None):
        began = time.monotonic()
        till.ring_up(sale, skus or self.skus())
        return time.monotonic() - began

    def test_half_open_and_dripping_clients_at_every_port_keep_nobody_out(self):
        self.open_shop()
        before = self.descriptors()
        starts = {'pos': b'{"type":"hello","proto', 'websocket': b'GET /pos HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ',
                  'odoo': b'POST /hw_proxy/customer_facing_display HTTP/1.1\r\nContent-Length: 400\r\n\r\n{"par',
                  'screen': b'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ', 'unicenta': b'{"ev":"change","lin', 'text': b'MILK  '}
        ports = {**self.ports, 'pos': self.shop.pos, 'screen': self.shop.screen}
        loris = []
        for name, port in ports.items():
            for _ in range(40):
                one = socket.create_connection(('127.0.0.1', port), timeout=5)
                one.setblocking(False)
                loris.append((one, starts[name]))
        over = threading.Event()

        def drip():
            at = 0
            while not over.wait(0.2):
                at += 1
                for n, (one, text) in enumerate(loris):
                    if n % 2 == 0:  # the other half says nothing at all
                        try:
                            one.send(text[at - 1:at] or b'x')
                        except OSError:
                            pass

        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        till = self.till()
        took = [self.sell(till, f's{n}') for n in range(10)]
        self.assertLess(max(took), 1.0, took)
        self.assertIn('<title>', self.shop.get(f'http://127.0.0.1:{self.shop.screen}/'))
        self.assertEqual(self.shop.metrics()['sales_finished_total'], 10)
        self.assertIn(' 101 ', upgrade('/ws', self.shop.screen, f'http://127.0.0.1:{self.shop.screen}'))
        self.assertIn(' 101 ', upgrade('/pos', self.ports['websocket']))
        self.assertIn(' 200 ', ask(self.ports['odoo'], ['GET /hw_proxy/hello HTTP/1.1', f'Host: 127.0.0.1:{self.ports["odoo"]}']))
        self.assertLess(self.descriptors(), before + 150)  # bounded, however many come
        self.assertLess(self.sell(self.till(), 'late'), 1.0)
        over.set()
        dripping.join()
        for one, _ in loris:
            one.close()
        wait_until('the places free again', lambda: self.descriptors() <= before + 6)

    def test_a_pos_that_is_cut_off_in_mid_sale_goes_on_with_another_connection(self):
        self.open_shop()
        a, b, c = self.skus()
        till = Till(self.shop.pos)
        till.ok('hello', protocol=1, till='lane-1')
        till.ok('begin', sale='cut')
        till.ok('add', sale='cut', line=1, sku=a, price=100)
        till.send_raw(b'{"type":"add","sale":"cut","line":2,"sku":')
        till.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        till.close()  # a reset
        wait_until('the loss', lambda: self.shop.metrics()['pos_connections'] == 0)
        self.assertEqual(self.shop.metrics()['sales_open'], 1)
        again = self.till()
        again.ok('begin', sale='cut', resume=True)
        for line, sku in enumerate((a, b, c), 1):
            again.ok('add', sale='cut', line=line, sku=sku, price=100)
        again.ok('tender', sale='cut')
        again.ok('finish', sale='cut', total=300)
        self.assertEqual(self.shop.metrics()['sales_finished_total'], 1)
        self.assertIn('sale=cut total="3.00 EUR" lines=3', self.shop.processes['terminal'].output())

    def test_two_clients_of_one_sale_ring_up_each_line_once_and_close_it_once(self):
        self.open_shop()
        a, b, c = self.skus()
        first, second = self.till(), self.till()
        first.ok('begin', sale='one')
        second.ok('begin', sale='one', resume=True)
        first.ok('add', sale='one', line=1, sku=a, price=100)
        second.ok('add', sale='one', line=1, sku=a, price=100)
        second.ok('add', sale='one', line=2, sku=b, price=100)
        first.ok('add', sale='one', line=3, sku=c, price=100)
        first.ok('tender', sale='one')
        second.ok('finish', sale='one', total=300)
        self.assertEqual(first.ok('finish', sale='one', total=300)['type'], 'ok')  # closed already: no second sale
        self.assertEqual(first.say('add', sale='one', line=4, sku=a)['type'], 'error')
        self.assertEqual(self.shop.metrics()['sales_finished_total'], 1)
        self.assertIn('sale=one total="3.00 EUR" lines=3', self.shop.processes['terminal'].output())

    def test_a_till_that_never_closes_its_sales_is_told_of_in_the_log(self):
        self.open_shop()
        till = self.till()
        for n in range(17):
            till.ok('begin', sale=f'open-{n}')
        self.assertIn('given up', till.say('finish', sale='open-0')['message'])
        log = self.shop.processes['terminal'].output()
        self.assertEqual(log.count('sale.abandoned'), 1, log)
        self.assertIn('sale.abandoned sale=open-0', log)

    def test_a_printer_that_answers_garbage_forever_or_never_costs_the_coupon_only(self):
        chance = random.Random(11)
        for kind in ('garbage', 'silent', 'hangs up', 'takes nothing'):
            with self.subTest(kind):
                self.shop.paper = free_port()
                server = socket.create_server(('127.0.0.1', self.shop.paper))
                held = []

                def serve():
                    while True:
                        try:
                            client, _ = server.accept()
                        except OSError:
                            return
                        held.append(client)
                        if kind == 'hangs up':
                            client.close()
                        if kind == 'takes nothing':
                            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
                        try:
                            while kind == 'garbage':
                                client.sendall(chance.randbytes(4096))
                            while kind == 'silent' and client.recv(4096):
                                pass
                        except OSError:
                            pass

                threading.Thread(target=serve, daemon=True).start()
                self.open_shop()
                try:
                    self.sells_on_with_a_useless_printer()
                finally:
                    server.close()
                    for client in held:
                        client.close()
                    self.shop.processes['terminal'].end()
                    shutil.rmtree(self.shop.path('terminal'))

    def sells_on_with_a_useless_printer(self):
        till = self.till()
        items = self.skus(12 * 5)
        took = [self.sell(till, f's{n}', items[n::12]) for n in range(12)]  # of all sorts, some of which earn a coupon
        self.assertLess(max(took), 1.0, took)

        def fates():
            till.ok('ping')
            return [p['fate'] for p in till.pushes if p['type'] == 'coupon']

        wait_until('a coupon', fates)
        metrics = self.shop.metrics()
        told = fates()
        # Counted as printed is what may be on paper: to a printer that says nothing a slip is sent in the end, if no
        # other sale comes before.
        self.assertNotIn('printed', told)
        self.assertLessEqual(metrics['coupons_printed_total'], told.count('unconfirmed'))
        self.assertEqual(metrics['sales_finished_total'], 12)
        if set(told) == {'dropped'}:
            self.assertEqual(metrics['printer_failed'], 1)

    def test_no_page_of_another_origin_reads_or_drives_the_terminal(self):
        self.open_shop()
        screen, web = self.shop.screen, self.ports['websocket']
        host = f'Host: 127.0.0.1:{screen}'
        answers = [ask(screen, ['GET / HTTP/1.1', 'Host: evil.example']),
                   ask(screen, ['GET / HTTP/1.1', host, 'Host: evil.example']),
                   ask(screen, ['POST / HTTP/1.1', host, 'Content-Length: 2'], b'{}'),
                   ask(screen, ['OPTIONS /ws HTTP/1.1', host, 'Origin: http://evil.example', 'Access-Control-Request-Method: GET']),
                   upgrade('/ws', screen), upgrade('/ws', screen, 'http://evil.example'), upgrade('/ws', screen, 'null'),
                   upgrade('/ws', screen, f'http://127.0.0.1:{web}'), upgrade('/ws', screen, 'http://evil.example', 'evil.example'),
                   upgrade('/pos', web, 'http://evil.example'), upgrade('/pos', web, f'http://127.0.0.1:{screen}'),
                   upgrade('/pos', web, host='evil.example'),
                   ask(self.ports['odoo'], ['POST /hw_proxy/customer_facing_display HTTP/1.1', f'Host: 127.0.0.1:{self.ports["odoo"]}',
                                            'Origin: http://evil.example', 'Content-Length: 2'], b'{}')]
        for answer in answers:
            self.assertRegex(answer, r'^HTTP/1\.1 4\d\d ', answer)
        readable = ask(screen, ['GET /metrics HTTP/1.1', host, 'Origin: http://evil.example'])
        for answer in answers + [readable]:
            self.assertNotIn('access-control-allow-origin', answer.lower())
        self.assertIn('x-frame-options: deny', readable.lower())
        # A page's POST to the tills' port: header lines come first and end it, its body is not obeyed.
        with socket.create_connection(('127.0.0.1', self.shop.pos), timeout=5) as page:
            page.sendall(b'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n{"type":"hello","protocol":1,"till":"x"}\n'
                         b'{"type":"begin","sale":"evil"}\n')
            told = b''
            while part := page.recv(4096):
                told += part
        self.assertEqual(json.loads(told.splitlines()[0])['type'], 'error')
        self.assertEqual(self.shop.metrics()['sales_begun_total'], 0)

    def test_nothing_listens_beyond_loopback_unless_it_is_told_to(self):
        config = self.shop.path('defaults.json')
        with open(config, 'w', encoding='utf-8') as out:
            json.dump({'terminal': 't', 'data_dir': 'd', 'store': {'id': 's', 'name': 'S', 'chain': 'c', 'currency': 'EUR'}}, out)
        script = (f'ip link set lo up; {os.path.abspath(os.path.join(BIN, "tillcued"))} --config {config} >/dev/null 2>&1 & '
                  'for n in $(seq 100); do [ "$(grep -c " 0A " /proc/net/tcp)" = 2 ] && break; sleep 0.1; done; '
                  'grep -h " 0A " /proc/net/tcp /proc/net/tcp6; kill $!')
        if subprocess.run(['unshare', '-rn', 'true'], check=False).returncode != 0:
            self.skipTest('no network namespace is to be had here')
        done = subprocess.run(['unshare', '-rn', 'sh', '-c', script], capture_output=True, text=True, timeout=60, check=False)
        listening = sorted(line.split()[1] for line in done.stdout.splitlines())
        self.assertEqual(listening, ['0100007F:1E1B', '0100007F:1E64'])  # 127.0.0.1, ports 7707 and 7780


if __name__ == '__main__':
    unittest.main()
