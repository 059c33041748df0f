"""The real programs of Tillcue and its peers, started on loopback for one test and gone with it."""
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request

BIN = os.environ.get('TILLCUE_BIN', 'build/dev/bin')
SHARED = os.environ.get('TILLCUE_SHARED', os.path.join(os.path.dirname(__file__), '..', '..', '..', 'shared'))
PATIENCE = float(os.environ.get('TILLCUE_PATIENCE', '30'))
SANITIZED = bool(os.environ.get('TILLCUE_SANITIZE'))


def run(*command, check=True, stdin=None):
    """Runs one of our programs to its end; its outputs as text."""
    done = subprocess.run([os.path.join(BIN, command[0]), *map(str, command[1:])], input=stdin, text=True,
                          capture_output=True, timeout=10 * PATIENCE)
    if check and done.returncode != 0:
        raise AssertionError(f'{command} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}')
    return done


# Below the ports that the kernel gives to connections, each test program from a place of its own: what is free when it
# is looked at is still free when the program that is to listen has started.
PORTS = itertools.chain(range(10240 + os.getpid() * 61 % 20000, 32000), range(10240, 32000))


def free_port():
    for port in PORTS:
        try:
            with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                tcp.bind(('127.0.0.1', port))
                udp.bind(('127.0.0.1', port))
                return port
        except OSError:
            continue
    raise AssertionError('no port is free')


def wait_until(what, test, patience=PATIENCE):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            if found := test():
                return found
        except (OSError, KeyError, ValueError):
            pass
        time.sleep(0.05)
    raise AssertionError(f'{what}: not within {patience} s')


def listens(port):
    with socket.create_connection(('127.0.0.1', port), timeout=1):
        return True


def sample_store(name, days):
    """A made-up store and the bundle learned from it; its folder, for the caller to remove, and the bundle's file."""
    folder = os.path.join(os.environ.get('TMPDIR', '/tmp'), f'tillcue-{name}-store-{os.getpid()}')
    run('tillcue-models', 'sample', '--out', folder, '--days', days)
    bundle = os.path.join(folder, 'store.bundle')
    run('tillcue-models', 'build', '--transactions', os.path.join(folder, 'transactions.csv'), '--items',
        os.path.join(folder, 'items.csv'), '--campaigns', os.path.join(folder, 'campaigns.json'), '--out', bundle)
    return folder, bundle


def metrics_at(screen):
    """What a terminal counts, by the port of its screen."""
    rows = (line.rsplit(' ', 1) for line in Shop.get(f'http://127.0.0.1:{screen}/metrics').splitlines()
            if line and not line.startswith('#'))
    return {name.removeprefix('tillcue_'): float(value) for name, value in rows}


class Process:
    """A program in the background; its output goes to a file, which a failing test shows."""

    def __init__(self, folder, name, command, **options):
        self.log = os.path.join(folder, name + '.log')
        with open(self.log, 'ab') as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                            **options)

    def end(self, how=signal.SIGTERM, patience=max(10, PATIENCE / 3)):
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(timeout=patience)

    def end_anyhow(self):
        """At once; under a sanitizer in order, because what leaked is looked for at the end."""
        if SANITIZED and self.alive:
            self.process.send_signal(signal.SIGCONT)
            try:
                self.end()
            except subprocess.TimeoutExpired:
                pass
        self.end(signal.SIGKILL)

    @property
    def alive(self):
        return self.process.poll() is None

    def output(self):
        with open(self.log, encoding='utf-8', errors='replace') as text:
            return text.read()


class Shop:
    """Broker, HQ, one terminal and its printer, each started when the test asks for it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='tillcue-journey-')
        self.mqtt, self.pos, self.screen, self.paper, self.hq_http = (free_port() for _ in range(5))
        self.processes = {}
        self.db = self.path('hq.sqlite')
        self.broker_uri = f'mqtt://127.0.0.1:{self.mqtt}'

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def close(self):
        for process in reversed(list(self.processes.values())):
            process.end_anyhow()
        shutil.rmtree(self.folder, ignore_errors=True)

    def logs(self):
        return '\n'.join(f'--- {name}\n{process.output()[-3000:]}' for name, process in self.processes.items())

    def start_broker(self, *settings):
        with open(self.path('mosquitto.conf'), 'w', encoding='utf-8') as conf:
            conf.write('\n'.join((f'listener {self.mqtt} 127.0.0.1', 'allow_anonymous true', 'persistence false', *settings, '')))
        program = shutil.which('mosquitto') or '/usr/sbin/mosquitto'
        self.processes['broker'] = Process(self.folder, 'broker', [program, '-c', self.path('mosquitto.conf')])
        wait_until('mosquitto', lambda: listens(self.mqtt))

    def keys(self, what, *options, check=True):
        return run('tillcue-hq', 'keys', what, '--dir', self.path('keys'), *options, check=check)

    def make_keys(self):
        self.keys('init')

    def make_certificates(self, *terminals):
        """From here on the broker is reached over TLS."""
        self.broker_uri = f'mqtts://localhost:{self.mqtt}'
        self.keys('authority', '--chain', 'demo')
        self.keys('certificate', '--for', 'hq', '--name', 'hq', '--name', 'hq-publish')
        self.keys('certificate', '--for', 'broker', '--name', 'broker', '--host', 'localhost')
        for name in terminals:
            self.keys('certificate', '--for', 'terminal', '--name', name)

    def tls_files(self, name):
        """The authority's certificate, the one of `name` and its key."""
        return [self.path('keys', file) for file in ('authority.tls.pem', name + '.tls.pem', name + '.tls-key.pem')]

    def tls_options(self, name):
        ca, cert, key = self.tls_files(name)
        return '--ca', ca, '--cert', cert, '--cert-key', key

    def tls_settings(self, name):
        """A terminal's `sync`."""
        return {'broker': self.broker_uri, 'trusted_keys': ['keys/hq.pub.pem'], 'ca': 'keys/authority.tls.pem',
                'certificate': f'keys/{name}.tls.pem', 'key': f'keys/{name}.tls-key.pem'}

    def start_hq(self, *options, key='hq'):
        self.processes['hq'] = Process(self.folder, 'hq', [
            os.path.join(BIN, 'tillcue-hq'), 'serve', '--broker', self.broker_uri, '--chain', 'demo', '--db', self.db,
            '--key', self.path('keys', key + '.key.pem'), '--http', f'127.0.0.1:{self.hq_http}', *options])
        wait_until('HQ', lambda: self.get(f'http://127.0.0.1:{self.hq_http}/healthz') is not None)

    def start_printer(self, *options):
        self.processes['printer'] = Process(self.folder, 'printer', [
            os.path.join(BIN, 'tillcue-pos'), 'printer', '--listen', f'127.0.0.1:{self.paper}', '--out',
            self.path('receipts'), '--show', *options])
        wait_until('the printer', lambda: listens(self.paper))

    def configure(self, currency='EUR', more=None):
        """Writes the terminal's configuration; its file."""
        config = {
            'terminal': 'till-1', 'data_dir': 'terminal',
            'store': {'id': 's1', 'name': 'Corner Shop', 'chain': 'demo', 'currency': currency},
            'pos': {'listen': f'127.0.0.1:{self.pos}'}, 'screen': {'listen': f'127.0.0.1:{self.screen}'},
            'printer': {'address': f'127.0.0.1:{self.paper}'},
            'sync': {'broker': self.broker_uri, 'trusted_keys': ['keys/hq.pub.pem']}, **(more or {})}
        config = {name: value for name, value in config.items() if value is not None}
        with open(self.path('tillcued.json'), 'w', encoding='utf-8') as out:
            json.dump(config, out)
        return out.name

    def start_terminal(self, currency='EUR', more=None, **options):
        self.processes['terminal'] = Process(
            self.folder, 'terminal', [os.path.join(BIN, 'tillcued'), '--config', self.configure(currency, more)], **options)
        wait_until('the terminal', lambda: listens(self.pos) and self.metrics())

    def publish(self, bundle, *options, key=None, check=True):
        return run('tillcue-hq', 'publish', '--bundle', bundle, '--key', key or self.path('keys', 'hq.key.pem'),
                   '--broker', self.broker_uri, '--chain', 'demo', '--db', self.db, *options, check=check)

    @staticmethod
    def get(url):
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode()

    def metrics(self):
        return metrics_at(self.screen)

    def wait_for_release(self, release):
        wait_until(f'release {release}', lambda: self.metrics()['release'] == release)

    def wait_for_delivery(self):
        wait_until('every result at HQ', lambda: self.metrics()['outbox_pending'] == 0)

    def report(self):
        return json.loads(run('tillcue-hq', 'report', '--db', self.db, '--json').stdout)

    def exported(self):
        run('tillcue-hq', 'export', '--db', self.db, '--out', self.path('export.csv'))
        with open(self.path('export.csv'), encoding='utf-8') as rows:
            header = next(rows).rstrip('\n').split(',')
            return [dict(zip(header, row.rstrip('\n').split(','))) for row in rows]


class CustomerDisplay:
    """A 2x20 display behind a TCP port, in Epson mode; every text it showed, in order."""

    def __init__(self):
        self.server = socket.create_server(('127.0.0.1', 0))
        self.port = self.server.getsockname()[1]
        self.shown = []
        self.thread = threading.Thread(target=self.follow, daemon=True)
        self.thread.start()

    def follow(self):
        line, _ = self.server.accept()
        held = b''
        while part := line.recv(4096):
            held += part
            while (home := held.find(b'\x0b')) >= 0 and len(held) >= home + 41:
                text = held[home + 1:home + 41].decode('ascii')
                self.shown.append((text[:20].rstrip(), text[20:].rstrip()))
                held = held[home + 41:]
        line.close()

    def close(self):
        self.server.close()


class Till:
    """A POS speaking the native protocol by hand."""

    def __init__(self, port):
        self.socket = socket.create_connection(('127.0.0.1', port), timeout=10)
        self.lines = self.socket.makefile('r', encoding='utf-8')
        self.pushes = []
        self.number = 0

    def close(self):
        self.lines.close()
        self.socket.close()

    def send_raw(self, data):
        self.socket.sendall(data)

    def read(self):
        line = self.lines.readline()
        if not line:
            raise ConnectionError('the terminal closed the connection')
        return json.loads(line)

    def say(self, type, **fields):
        """Sends one message and returns its answer; pushes that come before it are kept."""
        self.number += 1
        self.send_raw((json.dumps({'type': type, 'id': self.number, **fields}) + '\n').encode())
        while True:
            told = self.read()
            if told['type'] in ('ok', 'error') and told.get('id') == self.number:
                return told
            self.pushes.append(told)

    def ok(self, type, **fields):
        answer = self.say(type, **fields)
        assert answer['type'] == 'ok', answer
        return answer

    def wait_push(self, type, patience=5):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            for n, push in enumerate(self.pushes):
                if push['type'] == type:
                    return self.pushes.pop(n)
            self.pushes.append(self.read())
        raise AssertionError(f'no {type} within {patience} s')

    def ring_up(self, sale, skus, **finish):
        self.ok('begin', sale=sale)
        for line, sku in enumerate(skus, 1):
            self.ok('add', sale=sale, line=line, sku=sku, price=199)
        self.ok('subtotal', sale=sale)
        self.ok('tender', sale=sale)
        self.ok('finish', sale=sale, **finish)


def till_again(port, sale, skus):
    """A till that lost its line; its new one, as soon as the open sale is followed again."""
    end = time.monotonic() + PATIENCE + 30
    while time.monotonic() < end:
        till = None
        try:
            till = Till(port)
            till.ok('hello', protocol=1, till='lane-1', software='journey')
            till.ok('begin', sale=sale, resume=True)
            for line, sku in enumerate(skus, 1):
                till.ok('add', sale=sale, line=line, sku=sku, price=199)
            return till
        except OSError:
            if till:
                till.close()
            time.sleep(0.005)
    raise AssertionError('the till is not answered again')
