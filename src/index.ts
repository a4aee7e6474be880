/** The public names of the package. */
export { InputError, InternalError, InvalidBlockError } from './errors.ts';
