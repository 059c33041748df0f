// The real screen server (screen_stage) and Debian's Chromium, started for one test program and gone with it.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const BIN = process.env.TILLCUE_BIN ?? 'build/dev/bin';
export const MODULES = process.env.TILLCUE_NODE_MODULES ?? 'build/dev/screen-npm/node_modules';
const CHROMIUM = process.env.TILLCUE_CHROMIUM ?? '/usr/bin/chromium';

const need = createRequire(resolve(MODULES, 'x.js'));
export const axeSource = () => need('axe-core').source;

const kArguments = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
  '--font-render-hinting=none'];

/// One browser for the whole program; its profile is removed with it.
export async function openBrowser() {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is not there: install the package chromium`);
  const profile = mkdtempSync(join(tmpdir(), 'tillcue-chromium-'));
  const { chromium } = need('playwright-core');
  const server = await chromium.launch({ executablePath: CHROMIUM, args: kArguments });
  return {
    newPage: async (options = {}) => (await server.newContext(options)).newPage(),
    close: async () => {
      await server.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/// The server behind the page, scripted line by line.
export class Stage {
  static async open(...options) {
    const stage = new Stage();
    stage.options = options;
    await stage.start();
    return stage;
  }

  async start() {
    const again = this.port ? ['--port', String(this.port)] : [];
    this.process = spawn(join(BIN, 'screen_stage'), [...again, ...this.options], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.answers = [];
    this.ended = new Promise((resolve) => this.process.once('exit', resolve));
    const lines = createInterface({ input: this.process.stdout });
    this.port = await new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        if (line.startsWith('port ')) resolve(Number(line.slice(5)));
        else this.answers.push(line);
      });
      this.ended.then(() => reject(new Error('screen_stage did not start')));
    });
  }

  get url() { return `http://127.0.0.1:${this.port}/`; }
  say(message) { this.process.stdin.write(JSON.stringify(message) + '\n'); }
  freeze() { this.process.kill('SIGSTOP'); }
  thaw() { this.process.kill('SIGCONT'); }
  async kill() {
    this.process.kill('SIGKILL');
    await this.ended;
  }
}

/// Asks again and again, for 20 s at most.
export async function until(what, test) {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    if (await test()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what}: not within 20 s`);
}
