// A racer: transformers.js on onnxruntime-node. It is spoken to as wire.py describes.
import { readFileSync, readSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

console.log = console.error; // what libraries print must not get between the answers
const spec = JSON.parse(process.argv[2]);
const found = createRequire(spec.modules + '/').resolve('@huggingface/transformers');
const library = await import(pathToFileURL(found).href);
const { BaseStreamer, MusicgenForConditionalGeneration, Tensor, env } = library.default ?? library;

class Left extends Error {
  constructor(command) { super('called away'); this.command = command; }
}

const seconds = () => performance.now() / 1000;
const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
function busy() {
  try {
    const line = readFileSync('/proc/stat', 'utf8').split('\n')[0];
    const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
    return (ticks.reduce((a, b) => a + b) - ticks[3] - ticks[4]) / 100;
  } catch { return NaN; }
}

function most() { // resourceUsage also counts what the parent held when it started this
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return (/VmHWM:\s+(\d+)/.exec(status)[1] * 1024) / 1e6;
  } catch { return process.resourceUsage().maxRSS / 1000; }
}

let mark = { wall: seconds(), own: used(), all: busy() };
let buffer = '';

function hear() {
  const chunk = Buffer.alloc(4096);
  while (!buffer.includes('\n')) {
    const size = readSync(0, chunk);
    if (size === 0) return null;
    buffer += chunk.toString('utf8', 0, size);
  }
  const end = buffer.indexOf('\n');
  const line = buffer.slice(0, end);
  buffer = buffer.slice(end + 1);
  mark = { wall: seconds(), own: used(), all: busy() };
  return JSON.parse(line);
}

function say(figures) {
  const took = seconds() - mark.wall;
  const foreign = Math.max(0, busy() - mark.all - (used() - mark.own)) / took;
  const { rss } = process.memoryUsage();
  const peak = most();
  writeSync(1, JSON.stringify({ took, foreign, resident: rss / 1e6, peak, ...figures }) + '\n');
}

class Clock extends BaseStreamer {
  times = [];
  put() { this.times.push(seconds()); } // first the beginning, then every step
  end() {}
}

class Pace extends Clock {
  wanted = 1; // the first step reads all that came before
  put() {
    super.put();
    if (this.times.length <= this.wanted) return;
    say({ times: this.times.slice(1).map((time, index) => time - this.times[index]) });
    const command = hear();
    if (command?.do !== 'steps') throw new Left(command);
    this.wanted = command.count;
    this.times = [seconds()];
  }
}

env.allowRemoteModels = false;
env.localModelPath = dirname(spec.folder) + '/';
const session_options = spec.threads === null ? {} : { intraOpNumThreads: spec.threads };
const name = spec.folder.slice(env.localModelPath.length);
const options = { dtype: 'fp32', device: 'cpu', session_options };
mark = { wall: seconds(), own: used(), all: busy() };
const model = await MusicgenForConditionalGeneration.from_pretrained(name, options);

async function generate(streamer, steps, position) {
  const ids = spec.ids.map(BigInt);
  const books = model.config.decoder.num_codebooks;
  const past = BigInt64Array.from({ length: books * position }, (_, i) => BigInt((i * 7919) % 2048));
  await model.generate({
    input_ids: new Tensor('int64', ids, [1, ids.length]),
    attention_mask: new Tensor('int64', ids.map(() => 1n), [1, ids.length]),
    ...(position ? { decoder_input_ids: new Tensor('int64', past, [books, position]) } : {}),
    max_new_tokens: steps, do_sample: true, guidance_scale: 3, streamer,
  });
}

async function obey(command) {
  if (command.do === 'at') await generate(new Pace(), 1_000_000, command.position);
  const clock = new Clock();
  const began = seconds();
  const steps = 50 * command.seconds + 3;
  await generate(clock, steps, 0);
  const wall = seconds() - began;
  return { wall, first: wall, steps, writing: clock.times.at(-1) - clock.times[0] };
}

say({});
let command = hear();
while (command !== null) {
  try {
    say(await obey(command));
    command = hear();
  } catch (error) {
    if (!(error instanceof Left)) throw error;
    command = error.command;
  }
}
