import { type Command, wantsColor } from '../command.ts';

export const demo: Command = {
  name: 'demo',
  summary: 'Watch real merges being gated, on a stand-in for lakeFS.',
  usage: '[--keep]',
  details: ['Needs nothing but this package: no lakeFS, no Docker, no network.'],
  options: [{ name: 'keep', help: 'Leave it running at the end, to try things on it.' }],
  examples: [
    { line: 'sluice demo', does: 'Seven merges: what is let through, what is not, and why.' },
    { line: 'sluice demo --keep', does: 'The same, and then it is yours.' },
  ],
  run: async (input, context) => {
    const services = await context.services();
    const request = {
      keep: input.options.has('keep'),
      color: wantsColor(context.stdout, context.env),
      print: context.stdout.write,
    };
    await services.demo(request, context.signal);
    return { kind: 'done' };
  },
};
