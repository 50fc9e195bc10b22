// The Chromium that is on this machine, with what keeps it silent on a closed network.
import fs from 'node:fs';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];

export function browserOptions() {
  const executablePath = process.env.CHROMIUM || places.find((p) => fs.existsSync(p));
  if (!executablePath) throw new Error('no Chromium found; set CHROMIUM to its path');
  const args = ['--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  if (process.getuid?.() === 0) args.push('--no-sandbox'); // Chromium's sandbox refuses root
  return { executablePath, args };
}
