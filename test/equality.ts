/**
 * Equal values are found equal at once. Jest compares bytes and maps piece by piece in JavaScript, which took most of
 * the time of suites with large results; it still says what differs, and decides where matchers stand for values.
 */
import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';

expect.addEqualityTesters([(actual, expected) => isDeepStrictEqual(actual, expected) || undefined]);
