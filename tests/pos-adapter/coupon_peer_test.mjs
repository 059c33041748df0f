// Our coupons' bytes beside those of @point-of-sale/receipt-printer-encoder, where both can say the same thing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const require = createRequire(join(process.env.TILLCUE_NODE_MODULES, 'none.js'));
const Encoder = require('@point-of-sale/receipt-printer-encoder');

const folder = mkdtempSync(join(tmpdir(), 'tillcue-peer-'));
after(() => rmSync(folder, { recursive: true }));

function coupon(...options) {
  const out = join(folder, 'coupon.bin');
  execFileSync(join(process.env.TILLCUE_BIN, 'tillcue-pos'), ['coupon', '--out', out, '--serial', '7KQ2-M9XR-4T01',
    ...options]);
  return readFileSync(out);
}

const peer = (options = {}) => new Encoder({ language: 'esc-pos', columns: 48, ...options });
/** What the peer says, without the line end it adds. */
const said = (encoder) => Buffer.from(encoder.encode()).subarray(0, -2);
const english = ['--headline', '-20 %', '--product', 'Rye crispbread'];

function holds(job, part, what) {
  assert.notEqual(job.indexOf(part), -1, `${what}: ${part.toString('hex')} is not in ${job.toString('hex')}`);
}

test('CODE128 in letters is the same command', () => {
  const job = coupon(...english, '--code128', '7KQ2M9XR4T01');
  const theirs = said(peer().barcode('7KQ2M9XR4T01', 'code128', { height: 80, width: 2, text: true }));
  holds(job, theirs.subarray(theirs.indexOf(Buffer.from([0x1d, 0x6b]))), 'GS k 73');
  holds(job, Buffer.from([0x1d, 0x68, 80]), 'height');
  assert.deepEqual([...theirs.subarray(0, 3)], [0x1d, 0x68, 80]);
});

test('EAN-13 carries the same digits, in the counted form of the command', () => {
  const job = coupon(...english, '--ean13', '2912345678906');
  const theirs = said(peer().barcode('2912345678906', 'ean13', { height: 80, width: 2 }));
  const digits = Buffer.from('2912345678906');
  holds(theirs, digits, 'their digits');
  holds(job, Buffer.concat([Buffer.from([0x1d, 0x6b, 67, 13]), digits]), 'GS k 67');
});

test('the QR code is the same five commands', () => {
  for (const [text, size] of [['7KQ2-M9XR-4T01', 8], ['https://market.example/c/7KQ2M9XR4T', 6]]) {
    const job = coupon(...english, '--qr', text);
    holds(job, said(peer().qrcode(text, { model: 2, size, errorlevel: 'm' })), text);
  }
});

test('Cyrillic, Central European and Turkish text is the same bytes behind the same ESC t', () => {
  for (const [headline, page] of [['Скидка', 'cp866'], ['Šunka příští týden', 'cp852'], ['İndirim bugün ğ', 'cp857']]) {
    const job = coupon('--headline', headline, '--product', headline);
    holds(job, said(peer().codepage(page).text(headline)), page);
  }
});

test('bold, size and their ends are the same commands', () => {
  const job = coupon(...english);
  const theirs = said(peer().bold(true).text('x').bold(false));
  holds(theirs, Buffer.from([0x1b, 0x45, 1]), 'their bold');
  holds(job, Buffer.from([0x1b, 0x45, 1]), 'bold');
  holds(said(peer().size(2, 2).text('x')), Buffer.from([0x1d, 0x21, 0x11]), 'their size');
  holds(job, Buffer.from([0x1d, 0x21, 0x11]), 'size');
});

test('Star: the QR code, the barcode, size, emphasis, code table, alignment and cut are the same commands', () => {
  for (const [profile, language] of [['star-line', 'star-line'], ['star-prnt', 'star-prnt']]) {
    const star = () => new Encoder({ language, columns: 48 });
    const job = coupon('--profile', profile, ...english, '--qr', '7KQ2-M9XR-4T01');
    const theirQr = said(star().qrcode('7KQ2-M9XR-4T01', { model: 2, size: 8, errorlevel: 'm' }));
    const print = Buffer.from([0x1b, 0x1d, 0x79, 0x50]);
    holds(job, theirQr.subarray(0, theirQr.indexOf(print) + print.length), 'QR');
    const bars = (kind, data, options) => {
      const theirs = said(star().barcode(data, kind, options));
      return theirs.subarray(theirs.indexOf(Buffer.from([0x1b, 0x62])), theirs.indexOf(0x1e) + 1);
    };
    holds(coupon('--profile', profile, ...english, '--ean13', '2912345678906'),
      bars('ean13', '2912345678906', { height: 80, width: 2, text: true }), 'EAN-13');
    holds(coupon('--profile', profile, ...english, '--code128', '7KQ2M9XR4T01'),
      bars('code128', '7KQ2M9XR4T01', { height: 80, width: 2, text: true }), 'CODE128');
    for (const part of [[0x1b, 0x69, 1, 1], [0x1b, 0x69, 0, 0], [0x1b, 0x45], [0x1b, 0x46]]) {
      holds(said(star().bold(true).size(2, 2).text('x').size(1, 1).bold(false)), Buffer.from(part), 'theirs');
      holds(job, Buffer.from(part), 'ours');
    }
    for (const [headline, page] of [['Скидка', 'cp866'], ['Šunka příští týden', 'cp852']]) {
      const theirs = said(star().codepage(page).text(headline));
      const text = theirs.subarray(0, theirs.indexOf(Buffer.from([0x1b, 0x1d, 0x50])));
      holds(coupon('--profile', profile, '--headline', headline, '--product', headline), text, page);
    }
    const middle = Buffer.from([0x1b, 0x1d, 0x61, 1]);  // theirs moves text by blanks, symbols by the command
    holds(said(star().align('center').qrcode('7', { model: 2, size: 8, errorlevel: 'm' })), middle, 'theirs');
    holds(job, middle, 'ours');
    // Theirs cuts where the paper stands, ours feeds it to the blade first.
    holds(said(star().cut('partial')), Buffer.from([0x1b, 0x64, 1]), 'their cut');
    holds(job, Buffer.from([0x1b, 0x64, 3]), 'cut');
  }
});

test('Star: a painted line given to the peer as a picture comes back as the same columns', () => {
  const job = coupon('--profile', 'star-line', '--headline', '八折优惠', '--product', 'Rye', '--language', 'zh');
  const at = job.indexOf(Buffer.from([0x1b, 0x58]));
  assert.notEqual(at, -1);
  const width = Math.floor(job.readUInt16LE(at + 2) / 8) * 8;
  const data = new Uint8ClampedArray(width * 24 * 4).fill(255);
  for (let y = 0; y < 24; ++y) {
    for (let x = 0; x < width; ++x) {
      if (job[at + 4 + x * 3 + (y >> 3)] >> (7 - y % 8) & 1) data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  const theirs = said(new Encoder({ language: 'star-line', columns: 48 }).image({ width, height: 24, data }, width, 24,
    'threshold'));
  const head = theirs.indexOf(Buffer.from([0x1b, 0x58]));
  assert.ok(job.subarray(at + 4, at + 4 + width * 3).equals(theirs.subarray(head + 4, head + 4 + width * 3)));
});

test('a painted line given to the peer as a picture comes back as the same GS v 0', () => {
  const job = coupon('--headline', '八折优惠', '--product', 'Rye', '--language', 'zh');
  const at = job.indexOf(Buffer.from([0x1d, 0x76, 0x30, 0]));
  assert.notEqual(at, -1);
  const across = job.readUInt16LE(at + 4), rows = Math.floor(job.readUInt16LE(at + 6) / 8) * 8;
  const data = new Uint8ClampedArray(across * 8 * rows * 4).fill(255);
  for (let y = 0; y < rows; ++y) {
    for (let x = 0; x < across * 8; ++x) {
      const black = job[at + 8 + y * across + (x >> 3)] >> (7 - x % 8) & 1;
      if (black) data.fill(0, (y * across * 8 + x) * 4, (y * across * 8 + x) * 4 + 3);
    }
  }
  const theirs = said(peer({ imageMode: 'raster' }).image({ width: across * 8, height: rows, data }, across * 8, rows,
    'threshold'));
  const head = theirs.indexOf(Buffer.from([0x1d, 0x76, 0x30, 0]));
  assert.deepEqual([...theirs.subarray(head + 4, head + 6)], [...job.subarray(at + 4, at + 6)]);
  assert.ok(job.subarray(at + 8, at + 8 + across * rows).equals(theirs.subarray(head + 8, head + 8 + across * rows)));
});
