// The acceptance run: starts `okrbot demo` (okrbot with a simulated Azure DevOps and the real Playground), goes through
// the steps of steps.mjs in headless Chromium and ends with "N passed, N failed".
// Whatever happens, nothing that it started is left running.
//
//   node run.mjs [--keep-going] [part of a step's name...]
//
// It takes pictures on the way. They go to bin/pictures, which git ignores; `make pictures` copies those of the documents.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Playground } from './playground.mjs';
import { steps } from './steps.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const images = path.join(root, 'bin', 'pictures');
const startLimit = 60_000; // ms until the demo must answer

// freeBase finds the first of 10 free ports in a row, below the range from which Linux hands out ports by itself.
async function freeBase() {
  for (let base = 21_000 + 10 * (process.pid % 1000); base < 32_000; base += 10) {
    const free = await Promise.all(Array.from({ length: 10 }, (_, i) => isFree(base + i)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no 10 free ports in a row below 32000');
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}

// Demo is the started binary, in a process group of its own, so that the Playground it starts ends with it.
class Demo {
  constructor(base) {
    this.url = `http://127.0.0.1:${base}`;
    this.log = '';
    const env = { ...process.env, OKRBOT_DEMO_PORT_BASE: String(base), OKRBOT_DEMO_BROWSER: 'none' };
    this.child = spawn(path.join(root, 'bin', 'okrbot'), ['demo', '-story', '5s'], { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.once('error', (e) => { this.log += e.message; });
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (d) => { this.log += d; });
  }

  get ended() {
    return this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined;
  }

  // ready waits until the Playground answers on its port.
  async ready() {
    const limit = AbortSignal.timeout(startLimit);
    for (;;) {
      if (this.ended) throw new Error('okrbot demo ended before it was ready');
      if (limit.aborted) throw new Error(`okrbot demo did not answer on ${this.url} within ${startLimit} ms`);
      const answer = await fetch(this.url, { signal: AbortSignal.timeout(2000) }).catch(() => null);
      if (answer?.ok) return;
      await new Promise((again) => setTimeout(again, 100)); // nothing tells when a port opens
    }
  }

  // stop asks first, and leaves nothing of the group behind.
  async stop() {
    if (!this.child.pid) return;
    this.kill('SIGTERM');
    if (!this.ended) await Promise.race([once(this.child, 'exit'), new Promise((r) => setTimeout(r, 10_000).unref())]);
    this.kill('SIGKILL');
  }

  kill(signal) {
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // the group is gone
    }
  }
}

// nobodyElse fails when anything of the demo can be reached from outside this machine: whoever opens it is an admin.
async function nobodyElse(base) {
  const addresses = Object.values(os.networkInterfaces()).flat().filter((a) => !a.internal && a.family === 'IPv4').map((a) => a.address);
  for (const address of addresses) {
    for (let port = base; port < base + 4; port++) {
      if (await connects(address, port)) throw new Error(`the demo listens on ${address}:${port}`);
    }
  }
}

function connects(host, port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 2000 });
    for (const event of ['error', 'timeout']) socket.once(event, () => { socket.destroy(); resolve(false); });
    socket.once('connect', () => { socket.destroy(); resolve(true); });
  });
}

// runSteps stops at the first failure, because a step builds on those before it, unless it is told to keep going.
async function runSteps(playground, wanted, keepGoing) {
  const count = { passed: 0, failed: 0 };
  for (const [name, step] of steps) {
    if (wanted.length && !wanted.some((w) => name.includes(w))) continue;
    const start = Date.now();
    try {
      await step(playground);
      count.passed++;
      console.log(`ok    ${name} (${Date.now() - start} ms)`);
    } catch (e) {
      count.failed++;
      console.log(`FAIL  ${name}: ${e.message}`);
      await playground.screenshot(path.relative(images, path.join(root, 'bin', `e2e-failed-${count.failed}`))).catch(() => {});
      if (!keepGoing) break;
    }
  }
  return count;
}

// excerpt has the errors of the demo's log, each with the beginning of its stack, and the log's end.
function excerpt(log) {
  const errors = log.split('\n').filter((line) => line.includes('level=ERROR')).map((line) => line.slice(0, 2000));
  return ["--- the errors in the demo's log", ...errors.slice(-5), "--- the end of the demo's log", log.slice(-2000), '---'].join('\n');
}

async function main(args) {
  const keepGoing = args.includes('--keep-going');
  const wanted = args.filter((a) => !a.startsWith('--'));
  const base = await freeBase();
  const demo = new Demo(base);
  const playground = new Playground({ url: demo.url, images });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => { demo.kill('SIGKILL'); process.exit(130); });
  process.once('exit', () => demo.kill('SIGKILL'));

  let count = { passed: 0, failed: 1 };
  try {
    await demo.ready();
    await nobodyElse(base);
    await playground.open();
    count = await runSteps(playground, wanted, keepGoing);
    for (const e of playground.errors) console.log(`page error: ${e}`);
  } catch (e) {
    console.log(`FAIL  start: ${e.message}`);
  } finally {
    await playground.close();
    await demo.stop();
  }
  if (count.failed) console.log(excerpt(demo.log));
  console.log(`e2e: ${count.passed} passed, ${count.failed} failed`);
  return count.failed || !count.passed ? 1 : 0;
}

process.exit(await main(process.argv.slice(2)));
