#!/usr/bin/env node
/**
 * Starts the command line. What it is made of lies in `cli/`, of which the build makes a bundle
 * (`cli/bundle.js`), since reading hundreds of files takes longer than most analyses.
 */
import './cli/main.ts';
