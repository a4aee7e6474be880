/** The style sheet of the picture: plain colours for light ground, others where the reader prefers dark. */
import { CAUSES, CRITICAL, OTHER_EDGE, STATUS_FILL, type Tint } from '../colors.ts';

const INK: Tint = { light: '#1c2128', dark: '#e6e9ee' };
const FAINT: Tint = { light: '#606873', dark: '#a3abb6' };
const GROUND: Tint = { light: '#ffffff', dark: '#14171c' };
const FRAME: Tint = { light: '#d0d5db', dark: '#3a414b' };
const BORDER: Tint = { light: '#9aa3ad', dark: '#566070' };

const CAUSE_RULES = CAUSES.map((tint, at) => [`c${at}`, tint] as const);

/** Class of an edge, and of its arrowhead's marker with `m-` before it. */
export const EDGE_CLASSES: readonly string[] = [...CAUSE_RULES.map(([name]) => name), 'other', 'critical'];

function rules(ground: keyof Tint): string {
  const edges = [...CAUSE_RULES, ['other', OTHER_EDGE] as const, ['critical', CRITICAL] as const];
  return [
    `.ground{fill:${GROUND[ground]}}`,
    `text{fill:${INK[ground]}}`,
    `.faint{fill:${FAINT[ground]}}`,
    `.frame{stroke:${FRAME[ground]}}`,
    `.box{stroke:${BORDER[ground]}}`,
    ...Object.entries(STATUS_FILL).map(([status, tint]) => `.${status}{fill:${tint[ground]}}`),
    `.on-path{stroke:${CRITICAL[ground]}}`,
    ...edges.map(([name, tint]) => `.${name}{stroke:${tint[ground]}}.a-${name}{fill:${tint[ground]}}`),
  ].join('');
}

export const STYLE =
  'text{font-family:ui-sans-serif,system-ui,Helvetica,Arial,sans-serif;font-size:10px}' +
  '.title{font-size:15px;font-weight:600}.small{font-size:8px}.middle{text-anchor:middle}' +
  '.frame{fill:none}.edge{fill:none;stroke-width:1.3}.edge.critical{stroke-width:2.4}' +
  '.wait{stroke-dasharray:4 3}.box{stroke-width:1}.on-path{stroke-width:2.4}' +
  '.edge:hover{stroke-width:4}g:hover>.box{stroke-width:3}' +
  `${rules('light')}@media (prefers-color-scheme:dark){${rules('dark')}}`;
