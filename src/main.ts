#!/usr/bin/env node
import { processContext } from './cli/process-context.ts';
import { run } from './cli/run.ts';

/** The adapters are loaded when a command needs them: help has to be quick. */
const services = async () => (await import('./wire.ts')).createServices(process.env, process.cwd());

process.exitCode = await run(process.argv.slice(2), processContext(services));
