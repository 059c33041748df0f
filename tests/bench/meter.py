"""What the kernel counted for a process, and how long it takes to be ready."""
import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'journeys'))
from programs import Process  # noqa: E402

TICK = os.sysconf('SC_CLK_TCK')


class Meter:
    """Of one process, so far."""

    def __init__(self, pid):
        self.pid = pid

    def read(self, name):
        with open(f'/proc/{self.pid}/{name}', encoding='ascii') as text:
            return text.read()

    def memory(self):
        """RSS, PSS and private dirty in MB."""
        found = dict(re.findall(r'^(Rss|Pss|Private_Dirty):\s+(\d+)', self.read('smaps_rollup'), re.M))
        return tuple(int(found[key]) / 1024 for key in ('Rss', 'Pss', 'Private_Dirty'))

    def cpu(self):
        fields = self.read('stat').rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def written(self):
        return int(re.search(r'^write_bytes: (\d+)', self.read('io'), re.M).group(1))

    def wakes(self):
        total = 0
        for task in os.listdir(f'/proc/{self.pid}/task'):
            with contextlib.suppress(OSError):
                total += int(re.search(r'^voluntary_ctxt_switches:\s+(\d+)', self.read(f'task/{task}/status'), re.M).group(1))
        return total


def three(values):
    return ' / '.join(f'{value:.1f}' for value in values)


def stripped(path, strip='strip'):
    """Bytes of a program without its symbols."""
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run([strip, '-o', out.name, path], check=True)
        return os.path.getsize(out.name)


def until_ready(folder, name, command):
    """Starts a program; it, and the milliseconds from exec to its READY=1."""
    path = os.path.join(folder, 'notify')
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notice:
        notice.bind(path)
        notice.settimeout(60)
        begun = time.perf_counter()
        process = Process(folder, name, command, env={**os.environ, 'NOTIFY_SOCKET': path})
        try:
            while b'READY=1' not in notice.recv(200):
                pass
        except TimeoutError:
            process.process.kill()
            raise
        return process, (time.perf_counter() - begun) * 1000
