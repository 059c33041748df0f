#!/usr/bin/env python3
"""Paints the bytes of one coupon, as a printer would: slip_picture.py IN.bin OUT.png [--dots 576] [--columns 48]
[--pages 17=cp866,46=cp1251] [--language escpos|star|bematech]. Knows what our coupons may hold; anything else is an error, and so is a real-time command
anywhere in the job. Symbols are made by zint."""
import argparse
import subprocess
import sys
import tempfile

from PIL import Image, ImageDraw, ImageFont

FONT = '/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf'
BOLD = '/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf'
LINE = 30


def symbol(kind, data, *options):
    with tempfile.NamedTemporaryFile(suffix='.png') as out, tempfile.NamedTemporaryFile() as source:
        source.write(data)
        source.flush()
        subprocess.run(['zint', '-b', kind, '-i', source.name, '-o', out.name, '--notext', '--scale=0.5', '--binary',
                        *options], check=True, capture_output=True)
        picture = Image.open(out.name).convert('L')
        picture.load()
        return picture


def code128(data):
    text, at, pairs = b'', 0, False
    while at < len(data):
        if data[at] == 0x7B:
            pairs = data[at + 1:at + 2] == b'C' if data[at + 1:at + 2] in (b'B', b'C') else pairs
            text += b'{' if data[at + 1] == 0x7B else b''
            at += 2
        else:
            text += b'%02d' % data[at] if pairs else data[at:at + 1]
            at += 1
    return text


class Paper:
    def __init__(self, dots, columns, pages, language='escpos'):
        self.language = language
        self.dots, self.cell, self.pages = dots, dots // columns, pages
        self.strips, self.column_strips = [], None
        self.page, self.align, self.large, self.bold = pages.get(0, 'cp437'), 0, False, False
        self.height, self.module, self.hri = 162, 3, False
        self.qr_size, self.qr_data, self.line = 3, b'', b''
        self.stored = None

    def strip(self, picture, align=None):
        align = self.align if align is None else align
        white = Image.new('L', (self.dots, picture.height), 255)
        white.paste(picture, ((self.dots - picture.width) // 2 if align == 1 else 0, 0))
        self.strips.append(white)

    def text_line(self):
        text, scale = self.line.decode(self.page), 2 if self.large else 1
        self.line = b''
        width, high = self.cell * scale, 24 * scale
        if len(text) * width > self.dots:
            sys.exit(f'a line of {len(text)} characters is wider than the paper: {text!r}')
        font = ImageFont.truetype(BOLD if self.bold or self.large else FONT, self.cell * 5 // 3 * scale)
        picture = Image.new('L', (max(1, len(text) * width), high + 6 * scale), 255)
        for at, character in enumerate(text):
            ImageDraw.Draw(picture).text((at * width, 0), character, font=font, fill=0)
        self.strip(picture)

    def bits(self, data, width, rows):
        across = (width + 7) // 8
        if len(data) != across * rows:
            sys.exit(f'a picture of {width}x{rows} dots holds {len(data)} bytes')
        if width > (self.dots + 7) // 8 * 8:
            sys.exit(f'a picture of {width} dots is wider than the paper')
        return Image.frombytes('1', (across * 8, rows), bytes(255 - b for b in data)).convert('L')

    def columns_of(self, data, width):
        picture = Image.new('L', (max(width, 1), 24), 255)
        for x in range(width):
            for y in range(24):
                if data[x * 3 + y // 8] >> (7 - y % 8) & 1:
                    picture.putpixel((x, y), 0)
        return picture

    def barcode(self, kind, data):
        picture = symbol('13' if kind == 67 else '20', data if kind == 67 else code128(data), '--height=50')
        picture = picture.resize((picture.width * self.module, self.height), Image.NEAREST)
        self.strip(picture)
        if self.hri:
            self.line = data if kind == 67 else code128(data)
            self.text_line()

    def qr(self):
        picture = symbol('58', self.qr_data, '--secure=2')
        self.strip(picture.resize((picture.width * self.qr_size, picture.height * self.qr_size), Image.NEAREST))

    def take(self, job):
        at = 0
        while at < len(job):
            at += self.command(job, at)

    def command(self, job, at):
        two, n = job[at:at + 2], job[at + 2] if at + 2 < len(job) else 0
        if job[at] == 0x0A:
            if self.column_strips is not None and not self.line:
                self.strip(self.column_strips)
                self.column_strips = None
            elif self.line:
                self.text_line()
            else:
                self.strips.append(Image.new('L', (self.dots, LINE), 255))
            return 1
        if job[at] >= 0x20:
            self.line += job[at:at + 1]
            return 1
        if self.language == 'star':
            return self.star_command(job, at)
        if self.language == 'bematech' and two in (b'\x1bE', b'\x1bF', b'\x1bW', b'\x1bd', b'\x1bm', b'\x1bw'):
            return self.bematech_command(two[1:], n)
        size = int.from_bytes(job[at + 3:at + 5], 'little')
        if two == b'\x1b@':
            self.page, self.align, self.large, self.bold = 'cp437', 0, False, False
            return 2
        if two == b'\x1bt':
            self.page = self.pages.get(n, 'cp437')
        elif two == b'\x1ba':
            self.align = n
        elif two == b'\x1bE':
            self.bold = bool(n)
        elif two == b'\x1d!':
            self.large = n == 0x11
        elif two == b'\x1b!' or two == b'\x1b3' or two == b'\x1df':
            pass
        elif two == b'\x1dh':
            self.height = n
        elif two == b'\x1dw':
            self.module = n
        elif two == b'\x1dH':
            self.hri = bool(n)
        elif two in (b'\x1c.', b'\x1c&', b'\x1b2'):
            return 2
        elif two == b'\x1bd':
            self.strips.append(Image.new('L', (self.dots, LINE * n), 255))
        elif two == b'\x1dV':
            return 4
        elif two == b'\x1dk':
            self.barcode(n, job[at + 4:at + 4 + job[at + 3]])
            return 4 + job[at + 3]
        elif two == b'\x1d(' and n == ord('k'):
            data = job[at + 5:at + 5 + size]
            if data[1] == 67:
                self.qr_size = data[2]
            elif data[1] == 80:
                self.qr_data = data[3:]
            elif data[1] == 81:
                self.qr()
            return 5 + size
        elif two == b'\x1d(' and n == ord('L'):
            data = job[at + 5:at + 5 + size]
            if data[1] == 112:
                self.stored = self.bits(data[10:], int.from_bytes(data[6:8], 'little'), int.from_bytes(data[8:10], 'little'))
            else:
                self.strip(self.stored)
            return 5 + size
        elif two == b'\x1dv':
            across, rows = int.from_bytes(job[at + 4:at + 6], 'little'), int.from_bytes(job[at + 6:at + 8], 'little')
            self.strip(self.bits(job[at + 8:at + 8 + across * rows], across * 8, rows))
            return 8 + across * rows
        elif two == b'\x1b*':
            self.column_strips = self.columns_of(job[at + 5:at + 5 + size * 3], size)
            return 5 + size * 3
        else:
            sys.exit(f'offset {at}: no command of a coupon: {job[at:at + 6].hex(" ")}')
        return 3

    def bematech_command(self, code, n):
        if code in b'EF':
            self.bold = code == b'E'
        elif code == b'W':
            self.large = bool(n)
        return 3 if code in b'Wd' else 2

    def star_command(self, job, at):
        group = job[at + 1:at + 3]
        if job[at] != 0x1B:
            sys.exit(f'offset {at}: no command of a Star coupon: {job[at:at + 6].hex(" ")}')
        if group[:1] in b'EF0':
            self.bold = self.bold if group[:1] == b'0' else group[:1] == b'E'
            return 2
        if group[:1] in b'azd':
            if group[:1] == b'a':
                self.strips.append(Image.new('L', (self.dots, LINE * job[at + 2]), 255))
            return 3
        if group[:1] == b'i':
            self.large = job[at + 2:at + 4] == b'\x01\x01'
            return 4
        if group[:1] == b'b':
            end = job.index(0x1E, at + 6)
            self.module, self.height, self.hri = job[at + 4] + 1, job[at + 5], job[at + 3] == 2
            self.barcode({3: 67, 6: 73}[job[at + 2]], job[at + 6:end])
            return end + 1 - at
        if group[:1] == b'X':
            width = int.from_bytes(job[at + 2:at + 4], 'little')
            self.column_strips = self.columns_of(job[at + 4:at + 4 + width * 3], width)
            return 4 + width * 3
        if group == b'\x1da':
            self.align = job[at + 3]
        elif group == b'\x1dt':
            self.page = self.pages.get(job[at + 3], 'cp437')
        elif group == b'\x1dS':
            across, rows = int.from_bytes(job[at + 4:at + 6], 'little'), int.from_bytes(job[at + 6:at + 8], 'little')
            self.strip(self.bits(job[at + 9:at + 9 + across * rows], across * 8, rows))
            return 9 + across * rows
        elif group == b'\x1dy' and job[at + 3] == ord('S'):
            self.qr_size = job[at + 5] if job[at + 4] == ord('2') else self.qr_size
            return 6
        elif group == b'\x1dy' and job[at + 3] == ord('D'):
            size = int.from_bytes(job[at + 6:at + 8], 'little')
            self.qr_data = job[at + 8:at + 8 + size]
            return 8 + size
        elif group == b'\x1dy' and job[at + 3] == ord('P'):
            self.qr()
        else:
            sys.exit(f'offset {at}: no command of a Star coupon: {job[at:at + 6].hex(" ")}')
        return 4

    def picture(self):
        margin = 16
        whole = Image.new('L', (self.dots + 2 * margin, sum(s.height for s in self.strips) + 2 * margin), 255)
        y = margin
        for strip in self.strips:
            whole.paste(strip, (margin, y))
            y += strip.height
        return whole


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument('source')
    options.add_argument('out')
    options.add_argument('--dots', type=int, default=576)
    options.add_argument('--columns', type=int, default=48)
    options.add_argument('--pages', default='2=cp850,16=cp1252,17=cp866,18=cp852,19=cp858,45=cp1250,46=cp1251')
    options.add_argument('--language', choices=('escpos', 'star', 'bematech'), default='escpos')
    options.add_argument('--half', action='store_true', help='half as large, for a page')
    given = options.parse_args()
    with open(given.source, 'rb') as source:
        job = source.read()
    for begins in (b'\x10\x04', b'\x10\x05', b'\x10\x14'):
        if begins in job:
            sys.exit(f'offset {job.find(begins)}: a printer would obey {begins.hex(" ")}')
    pages = {int(one.split('=')[0]): one.split('=')[1] for one in given.pages.split(',') if one}
    paper = Paper(given.dots, given.columns, pages, given.language)
    paper.take(job)
    picture = paper.picture()
    if given.half:
        picture = picture.resize((picture.width // 2, picture.height // 2), Image.LANCZOS).quantize(8)
    else:
        picture = picture.convert('1')
    picture.save(given.out, optimize=True)


main()
