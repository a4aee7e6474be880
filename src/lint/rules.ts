/** The rules by their stable codes: what each one finds, and what to do about it. */

/** `warning`: a declared list costs more than it has to. `note`: everything else. */
export type Severity = 'warning' | 'note';

/** What a rule finds, and what helps. */
export interface Rule {
  readonly severity: Severity;
  readonly title: string;
  readonly help: string;
}

/** All rules, by their codes. */
export const RULES = {
  'duplicate-address': {
    severity: 'warning',
    title: 'An account stands in the list twice',
    help: 'Each entry costs its price again and warms nothing new. Put all slots of an account under one entry.',
  },
  'duplicate-slot': {
    severity: 'warning',
    title: 'A slot stands in the list twice',
    help: 'Each mention costs its price again and warms nothing new. Leave all but one out.',
  },
  'unused-address': {
    severity: 'warning',
    title: 'The transaction does not use a listed account',
    help: 'The entry, with all its slots, is paid for and saves nothing. Leave it out.',
  },
  'unused-slot': {
    severity: 'warning',
    title: 'The transaction does not use a listed slot',
    help: 'The slot is paid for and saves nothing. Leave it out; lists from an older state often name stale slots.',
  },
  'wrong-account': {
    severity: 'warning',
    title: 'A slot is listed under the code instead of the storage',
    help:
      'Code that a proxy calls by DELEGATECALL, or that an account delegates to (EIP-7702), works on the storage of ' +
      'the proxy or the account. List the slot there.',
  },
  'already-warm': {
    severity: 'warning',
    title: 'An account is listed that is warm anyway',
    help:
      'Sender, receiver, created contracts, precompiles, the fee recipient (EIP-3651), authorities and the ' +
      "receiver's delegate (EIP-7702) are warm from the start. Their entries pay by their slots alone, so only from " +
      'a number of slots on; without slots never.',
  },
  'no-gain': {
    severity: 'warning',
    title: 'An entry is used and still saves nothing',
    help:
      'It is used only where the saving is lost: in a call that fails and takes all its gas with it, or below the ' +
      'least that the data costs (EIP-7623). Leave it out.',
  },
  'list-costs-gas': {
    severity: 'warning',
    title: 'The list as a whole costs more than it saves',
    help: 'The transaction uses less gas without any list. Take the best list, or none.',
  },
  'missing-address': {
    severity: 'warning',
    title: 'An account is missing in the list',
    help: 'The transaction uses it while it is cold; its entry would save more than it costs.',
  },
  'missing-slot': {
    severity: 'warning',
    title: 'A slot is missing in the list',
    help: 'The transaction uses it while it is cold; listing it would save more than it costs.',
  },
  'missing-list': {
    severity: 'note',
    title: 'A list would save gas',
    help: 'The transaction has no list, or an empty one. With the best one it uses less gas.',
  },
  'lists-never-pay': {
    severity: 'note',
    title: 'Listing costs more than it saves by the rules of this hardfork',
    help: 'An account or a slot that is used once is cheaper without a list. Send the transaction without one.',
  },
  'outcome-depends-on-gas': {
    severity: 'note',
    title: 'The transaction does something else with another list',
    help:
      'Its code looks at the gas that is left, or runs out of it, so a list that saves gas changes logs, state or ' +
      'success. Lists with which it ends otherwise are not recommended, whatever they save.',
  },
  'not-measured': {
    severity: 'note',
    title: 'The transaction was not run',
    help:
      'Without running it no gas is measured and no list recommended; what holds for every run is said all the ' +
      'same. Give the state that is named, or send what has to come before the transaction.',
  },
  'search-incomplete': {
    severity: 'note',
    title: 'Not all lists that were worth it were tried',
    help: 'Runs of one transaction are limited. The list is measured and no worse than none, but perhaps not the best.',
  },
} as const satisfies Record<string, Rule>;

/** Stable code of a rule. */
export type RuleId = keyof typeof RULES;
