// Makes pos-adapter/pictures/cashier.png anew: the page with a hint and two more.
// pngquant makes it small where it is installed.
//   node tests/pos-adapter/screen/picture.mjs [FILE]
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { openBrowser, Stage, until } from './stage.mjs';
import { states } from './states.mjs';

const file = process.argv[2] ?? new URL('../../../pos-adapter/pictures/cashier.png', import.meta.url).pathname;
const browser = await openBrowser();
const stage = await Stage.open();
const page = await browser.newPage({ viewport: { width: 900, height: 440 }, colorScheme: 'light' });
await page.goto(`${stage.url}?theme=light`);
for (const line of states('en').three) stage.say(line);
await until('the hint is shown', () => page.isVisible('#more'));
await page.screenshot({ path: file });
spawnSync('pngquant', ['--force', '--ext', '.png', '--speed', '1', '48', file]);
await browser.close();
await stage.kill();
console.log(`${file}: ${statSync(file).size} bytes`);
