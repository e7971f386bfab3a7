import { OperatorError } from '../operations/operator-error.ts'
/** What whoever compares two services can do something about: a file, an address, a password. */
export class ShadowError extends OperatorError {}
